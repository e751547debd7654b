//go:build race

package phone

// racing is for the tests that ask libphonenumber: the race detector makes its regular expressions
// ten times slower, and there is nothing to race.
const racing = true
