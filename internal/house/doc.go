// Package house has the tests of what no package can hold alone: which package may import which,
// and that the two READMEs say the same and name every setting.
package house
