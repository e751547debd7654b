// Package recipes has no code but tests. They take the recipes from docs/callers.md and run them
// against the function: its real binary, behind HTTP, in front of a simulated Tencent Cloud. A
// recipe whose interpreter isn't on this machine is skipped.
package recipes
