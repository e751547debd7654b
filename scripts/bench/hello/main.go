// Command hello is the least that can run on SCF's Go1 runtime: what the function's own start is held against.
package main

import (
	"context"

	"github.com/tencentyun/scf-go-lib/cloudfunction"
)

func main() {
	cloudfunction.Start(func(context.Context, map[string]any) (string, error) { return "hello", nil })
}
