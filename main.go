// Command scf-sms is a Tencent Cloud function (SCF, runtime Go1) that sends verification codes by SMS. See README.md for
// what it takes and answers, and package handler for how.
package main

import (
	"log"
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/tencentyun/scf-go-lib/cloudfunction"

	"scf-sms/handler"
	"scf-sms/internal/settings"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

func main() {
	log.SetOutput(tencent.Discreet(os.Stderr))

	// An instance has 64 MB, and events have up to 6: collect garbage before the platform ends the process.
	debug.SetMemoryLimit(40 << 20)

	s := settings.Read(os.Getenv)
	logger := slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: s.LogLevel}))
	transport := tencent.NewTransport()
	cache := secrets.New(secrets.Config{
		Name:      s.SecretName,
		Version:   s.SecretVersion,
		Region:    s.SecretRegion,
		Endpoint:  s.SSMEndpoint,
		TTL:       s.SecretTTL,
		Transport: transport,
		Log:       logger,
		// The connection that the SMS will need is made while the secret is on its way.
		OnFetch: func() { transport.Open(s.SMSEndpoint) },
	})
	if len(s.Problems) == 0 {
		cache.Prefetch()
	}
	cloudfunction.StartHandler(handler.New(handler.Config{
		Problems:            s.Problems,
		SDKAppID:            s.SDKAppID,
		SignName:            s.SignName,
		SignNameOverseas:    s.SignNameOverseas,
		SenderID:            s.SenderID,
		Templates:           s.Templates,
		AllowedCallingCodes: s.AllowedCallingCodes,
		BareChina:           s.BareChina,
		TimeBudget:          s.TimeBudget,
		Region:              s.SMSRegion,
		Endpoint:            s.SMSEndpoint,
		Transport:           transport,
		Secrets:             cache,
		Log:                 logger,
	}))
}
