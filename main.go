// Command scf-sms is a Tencent Cloud function (SCF, runtime Go1) that sends verification codes by
// SMS. README.md says what it takes and answers, internal/app how it is put together.
package main

import (
	"log"
	"os"
	"runtime/debug"

	"github.com/tencentyun/scf-go-lib/cloudfunction"

	"scf-sms/internal/app"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/settings"
)

// version is that of the build: a commit, "local" in tests and tools, or "unknown" in an archive.
// It is a variable only because the linker can set nothing else (-X main.version). Nothing assigns
// to it.
var version = "unknown"

func main() {
	log.SetOutput(liveconn.Discreet(os.Stderr))

	// The smallest instance has 64 MB, and events have up to 6: collect garbage before the platform
	// ends the process.
	debug.SetMemoryLimit(40 << 20)

	s := settings.Read(os.Getenv)
	function := app.New(s, app.Options{
		Version: version, Log: os.Stdout, Transport: liveconn.NewTransport(),
	})
	if len(s.Problems) == 0 {
		function.Secrets.Prefetch()
	}
	cloudfunction.StartHandler(function.Handler)
}
