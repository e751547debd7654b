// Command hello is the smallest function for SCF's Go1 runtime. The function's start is compared
// with its start.
package main

import (
	"context"

	"github.com/tencentyun/scf-go-lib/cloudfunction"
)

func main() {
	cloudfunction.Start(func(context.Context, map[string]any) (string, error) {
		return "hello", nil
	})
}
