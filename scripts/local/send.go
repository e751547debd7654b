package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"os"
	"regexp"
	"strings"
	"time"

	"scf-sms/internal/simulation"
)

const sendHelp = `Usage: go run ./scripts/local send -to NUMBER [-type TYPE] [-code CODE] [-locale TAG]
                                   [-env FILE] [-simulate] [-yes] [-watch] [-json]

Sends one real message, by the function's binary and with its real settings: those in
FILE (by default .env, with the shell's environment over it), the secret and SMS. Your
own key (TENCENT_SECRET_ID, TENCENT_SECRET_KEY, TENCENT_TOKEN or TENCENTCLOUD_…) plays
the part of the function's role; it needs ssm:GetSecretValue, and for -watch
sms:PullSmsSendStatusByPhoneNumber. First it shows what will be sent, and asks. The exit
status is 1 if the message was not accepted, or is known not to have reached the phone.

Examples: go run ./scripts/local send -to +8613800138000 -type SignIn -watch
          go run ./scripts/local send -to +8613800138000 -simulate -watch

`

// order is the message to be sent, as the flags have it.
type order struct {
	to, usage, code, locale string
	watch, json             bool
}

// send runs the command.
func send(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("send", flag.ContinueOnError)
	var o order
	flags.StringVar(&o.to, "to", "", "phone `NUMBER` with + and calling code")
	flags.StringVar(&o.usage, "type", "Generic", "Logto's usage `TYPE`: SignIn, Register, ForgotPassword, Generic, …")
	flags.StringVar(&o.code, "code", "", "verification `CODE` of 1 to 6 digits; by default six random ones")
	flags.StringVar(&o.locale, "locale", "", "the reader's language `TAG`, such as zh-CN")
	envFile := flags.String("env", "", "read the settings from `FILE` instead of .env")
	simulate := flags.Bool("simulate", false, "send to a simulated Tencent Cloud, which costs nothing; without -env with its own settings")
	yes := flags.Bool("yes", false, "send without asking")
	flags.BoolVar(&o.watch, "watch", false, "wait up to a minute for the delivery report")
	flags.BoolVar(&o.json, "json", false, "for machines: what came of it as one object, and nothing else")
	if err := parseFlags(flags, args, stdout, sendHelp); err != nil {
		return err
	}
	ask := !*yes && !*simulate
	switch {
	case flags.NArg() > 0:
		return usageError{"send: takes no arguments, only flags: " + flags.Arg(0)}
	case o.to == "":
		return usageError{"send: say where to: -to +8613800138000"}
	case o.code != "" && !regexp.MustCompile(`^[0-9]{1,6}$`).MatchString(o.code):
		return usageError{"send: -code must be 1 to 6 digits: " + o.code}
	case ask && o.json:
		return usageError{"send: -json can't ask; say -yes to send without being asked"}
	}
	if o.code == "" {
		o.code = randomCode()
	}
	a, err := openAccount("send", *envFile, *simulate)
	if err != nil {
		return err
	}
	defer a.close()
	if err := sendable(a); err != nil {
		return err
	}
	if ask && !terminal(stdin) {
		return usageError{"send: standard input is no terminal to ask at; say -yes to send without being asked"}
	}
	temp, err := os.MkdirTemp("", "scf-sms-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	binary, err := simulation.Build(ctx, a.root, temp)
	if err != nil {
		return err
	}
	s := &sender{account: a, order: o, binary: binary, out: stdout, paint: painter(stdout), wait: pause}
	if ask {
		s.confirm = func(ctx context.Context) bool { return confirm(ctx, stdin, stdout) }
	}
	if terminal(stdout) && !o.json {
		s.progress = stdout
	}
	if o.json {
		s.out = io.Discard
	}
	report, err := s.run(ctx)
	if o.json && (err == nil || errors.Is(err, errNegative)) {
		if err := printJSON(stdout, report); err != nil {
			return err
		}
	}
	return err
}

// sender sends one message.
type sender struct {
	*account
	order
	binary   string // the function's
	out      io.Writer
	paint    paint
	progress io.Writer                                       // a terminal to count seconds on, or nil
	confirm  func(context.Context) bool                      // nil: nobody is asked
	wait     func(ctx context.Context, d time.Duration) bool // false: ctx ended
}

// sendReport is what came of it. Nothing in it is secret.
type sendReport struct {
	Accepted         bool      `json:"accepted"`
	Status           int       `json:"status,omitempty"`
	Outcome          string    `json:"outcome"`
	SerialNo         string    `json:"serialNo,omitempty"`
	RequestID        string    `json:"requestId,omitempty"`
	TencentCode      string    `json:"tencentCode,omitempty"`
	TencentRequestID string    `json:"tencentRequestId,omitempty"`
	Hint             string    `json:"hint,omitempty"`
	Delivery         *delivery `json:"delivery,omitempty"`
}

// run rehearses, asks, sends, and watches.
func (s *sender) run(ctx context.Context) (sendReport, error) {
	plan, refusal, err := s.rehearse(ctx)
	if err != nil {
		return sendReport{}, err
	}
	if refusal != nil {
		s.show(refusal)
		s.line("note", "this was a rehearsal: Tencent Cloud has not been asked")
		if refusal.log.Outcome == "invalid_phone_number" {
			s.line("", "write the number with + and its calling code, such as +8613800138000")
		}
		return refusal.report(), errNegative
	}
	s.showPlan(plan)
	if s.confirm != nil && !s.confirm(ctx) {
		fmt.Fprintln(s.out, "Nothing was sent.")
		return sendReport{Outcome: "declined"}, errNegative
	}

	token, err := s.token(ctx)
	if err != nil {
		return sendReport{}, err
	}
	began := s.date.now()
	sent, err := s.invoke(ctx, s.function(), token)
	if err != nil && ctx.Err() != nil {
		return sendReport{}, fmt.Errorf("send: interrupted, so nobody knows whether it was sent: look at %s", console)
	}
	if err != nil {
		return sendReport{}, err
	}
	s.show(sent)
	report := sent.report()
	if s.watch && (sent.accepted() || sent.doubtful()) {
		report.Delivery = s.follow(ctx, plan, sent, began)
	}
	// What the phone has was accepted, even if the answer that said so was lost.
	if report.Delivery != nil && report.Delivery.Status == delivered {
		return report, nil
	}
	if !report.Accepted || report.Delivery != nil && report.Delivery.Status == notDelivered {
		return report, errNegative
	}
	return report, nil
}

// sendable says in one line why nothing can be sent from here.
func sendable(a *account) error {
	if problems := a.settings.Problems; len(problems) > 0 {
		return usageError{fmt.Sprintf("send: the settings of %s can't be used: %s", a.env.source(), strings.Join(problems, "; "))}
	}
	if a.key == nil {
		return usageError{"send: " + a.keyError.Error()}
	}
	return nil
}

// randomCode returns six digits.
func randomCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // which crypto/rand never lets happen
	}
	return fmt.Sprintf("%06d", n)
}

// confirm asks, and takes nothing but a yes for one. Ctrl-C is a no.
func confirm(ctx context.Context, stdin io.Reader, stdout io.Writer) bool {
	fmt.Fprint(stdout, "\nSend it? It costs what an SMS costs. [y/N] ")
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdin).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case line := <-answer:
		if line == "" {
			fmt.Fprintln(stdout)
		}
		return line == "y" || line == "yes"
	case <-ctx.Done():
		fmt.Fprintln(stdout)
		return false
	}
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
