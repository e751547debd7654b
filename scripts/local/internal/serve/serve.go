// Package serve is the command that puts the function behind HTTP, with a page to try it.
//
//	serve.go      the command: listen, build, serve, stop
//	instance.go   the one live instance of the function
//	watch.go      changes in the sources
//	journal.go    what is printed
//	workbench.go  a request to the function, and what the page is told of it
//	requests.go   the requests that the page can show again
//	api.go        what the page asks for
//	callers.go    a message sent as one of the callers sends it
//	faults.go     the switches of the simulated cloud
//	secret.go     the secret in it, and its rotation
//	delivery.go   the delivery reports that the cloud posts
//	guard.go      the function's own limits, and their counters in a simulated Redis
//	page.go       the page itself, and who may see it
package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	w := words.From(os.Getenv)
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:9000", w.Say("serve.flag.addr"))
	logFile := flags.String("log", "", w.Say("serve.flag.log"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("serve.help")); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return term.UsageError{Text: "serve: " + w.Say("flags.arguments", flags.Arg(0))}
	}
	if !loopback(*addr) {
		return term.UsageError{Text: "serve: " + w.Say("serve.mistake.addr", *addr)}
	}
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	s := server{root: root, addr: *addr, log: *logFile, every: time.Second,
		journal: newJournal(w, stdio.Out, stdio.Err)}
	// A terminal that is closed ends the command as well, and then too nothing is to be left.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	return s.run(ctx)
}

// server is a serve command.
type server struct {
	root    string // of the sources
	addr    string
	log     string        // the file for what the function prints; "": none
	every   time.Duration // how often to look for changes in the sources
	journal *journal
}

// run serves until ctx ends, and leaves no process behind.
func (s *server) run(ctx context.Context) error {
	// The port first: if it is taken, one shouldn't have to wait for the build to learn that.
	listener, err := net.Listen("tcp", s.addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return errors.New("serve: " + s.journal.words.Say("serve.taken", s.addr))
	case err != nil:
		return fmt.Errorf("serve: %w", err)
	}
	defer listener.Close()

	before := fingerprint(s.root) // taken before the build, so that no change is missed
	l, err := start(ctx, s.root, s.journal.errors)
	if ctx.Err() != nil {
		return nil // stopped before it was up
	}
	if err != nil {
		return err
	}
	defer l.close()
	url := "http://" + listener.Addr().String() + "/"
	w := newWorkbench(l, url, s.journal)
	if s.log != "" {
		file, err := os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("serve: -log: %w", err)
		}
		defer file.Close()
		w.log = file
	}
	s.journal.welcome(url, w.secret())

	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx, before, w) })
	watching.Go(func() { w.follow(ctx) })
	defer watching.Wait()
	return listen(ctx, listener, w)
}

// listen serves until ctx ends. Then requests under way have 3 s to end.
func listen(ctx context.Context, listener net.Listener, handler http.Handler) error {
	h := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		// The page's streams last until this context ends.
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	closed := make(chan struct{})
	context.AfterFunc(ctx, func() {
		defer close(closed)
		grace, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if h.Shutdown(grace) != nil {
			h.Close()
		}
	})
	if err := h.Serve(listener); err != http.ErrServerClosed {
		return fmt.Errorf("serve: %w", err)
	}
	<-closed
	return nil
}

// loopback reports whether an address with a port is one that only this machine reaches.
func loopback(addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	_, noPort := strconv.ParseUint(port, 10, 16)
	return err == nil && noPort == nil && loopbackHost(host)
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
