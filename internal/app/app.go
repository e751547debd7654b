// Package app wires the function: settings, connections, secrets, limits, SMS, handler. It is the
// only place that does. main, the tests of whole behaviour, the benchmarks and the tools build the
// function here.
package app

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"scf-sms/handler"
	"scf-sms/internal/limits"
	"scf-sms/internal/liveconn"
	"scf-sms/internal/settings"
	"scf-sms/internal/sms"
	"scf-sms/internal/tencent"
	"scf-sms/secrets"
)

// Options are what the function needs of its process.
type Options struct {
	Version   string              // of the build, for the log
	Log       io.Writer           // os.Stdout in the function
	Transport http.RoundTripper   // a *liveconn.Transport in the function
	Getenv    func(string) string // for the role's credentials; nil: os.Getenv
	Now       func() time.Time    // nil: the wall clock
}

// Function is the function, wired.
type Function struct {
	*handler.Handler
	Secrets *secrets.Cache
	SMS     *sms.Sender
}

// New wires a function. Settings with problems make one that answers every event with 500.
func New(s settings.Settings, o Options) *Function {
	var guard *limits.Guard // nil: there is none
	log := slog.New(slog.NewJSONHandler(o.Log, &slog.HandlerOptions{Level: s.LogLevel}))
	cache := secrets.New(secrets.Config{
		Name:        s.Secret.Name,
		Version:     s.Secret.Version,
		CallersName: s.Secret.Callers,
		Region:      s.Secret.Region,
		Endpoint:    s.Secret.Endpoint,
		TTL:         s.Secret.TTL,
		Budget:      s.TimeBudget,
		Transport:   o.Transport,
		Log:         log,
		Getenv:      o.Getenv,
		Now:         o.Now,
		// The connections that the SMS will need are opened while the secret is on its way.
		OnFetch: func() {
			open(o.Transport, s.SMS.Endpoint)
			if guard != nil {
				guard.Open()
			}
		},
	})
	sender := &sms.Sender{
		AppID:            s.SMS.AppID,
		SignName:         s.SMS.SignName,
		SignNameOverseas: s.SMS.SignNameOverseas,
		SenderID:         s.SMS.SenderID,
		Region:           s.SMS.Region,
		Endpoint:         s.SMS.Endpoint,
		Transport:        o.Transport,
		Keys:             cache,
		Now:              o.Now,
	}
	if sender.Now == nil {
		sender.Now = time.Now
	}
	config := handler.Config{
		Settings: s,
		Secrets:  cache,
		SMS:      sender,
		Log:      log,
		Version:  o.Version,
	}
	if s.Redis.Address != "" {
		guard = limits.New(limits.Config{
			Server:  s.Redis,
			Rules:   s.Limits,
			AppID:   s.SMS.AppID,
			Secrets: cache,
			Dialer:  dialer(o.Transport),
			Now:     o.Now,
		})
		config.Limits = guard
	}
	return &Function{Handler: handler.New(config), Secrets: cache, SMS: sender}
}

// dialer returns the transport's, if it has one, so that certificates are read only once.
func dialer(transport http.RoundTripper) *liveconn.Dialer {
	if t, ok := transport.(*liveconn.Transport); ok {
		return t.Dialer
	}
	return liveconn.NewDialer()
}

// open opens a connection ahead of the request that will need it, if the transport can.
func open(transport http.RoundTripper, e tencent.Endpoint) {
	if t, ok := transport.(*liveconn.Transport); ok {
		t.Open(e.Scheme, e.Host)
	}
}
