//go:build race

package setup

// racing is for the tests of hundreds of accounts: the race detector makes each ten times as slow,
// and a part of them shows the same races.
const racing = true
