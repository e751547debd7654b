package send

import (
	"fmt"
	"strings"

	"scf-sms/internal/phone"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

// labelWidth is the column of the labels.
const labelWidth = 12

// line shows one thing, on as many lines as it takes. name is that of its label, "" for none.
func (s *sender) line(name, text string) {
	if text == "" {
		return
	}
	label := ""
	if name != "" {
		label = s.Say("send.label." + name)
	}
	for i, line := range term.Wrap(term.Plain(text), term.PageWidth-labelWidth-4) {
		if i > 0 {
			label = ""
		}
		blanks := strings.Repeat(" ", labelWidth-term.Cells(label))
		fmt.Fprintf(s.out, "  %s%s  %s\n", s.paint(term.Faint, label), blanks, line)
	}
}

// showPlan shows what will be sent.
func (s *sender) showPlan(p *plan) {
	to := "send.abroad"
	if strings.HasPrefix(p.number(), "+86") {
		to = "send.mainland"
	}
	kind := s.usageType
	if s.locale != "" {
		kind += " (" + s.locale + ")"
	}
	signature := p.SignName
	if signature == "" {
		signature = s.Say("send.unsigned")
	}
	cloud := s.Say("send.real")
	if s.Sim != nil {
		cloud = s.Say("send.simulated")
	}
	fmt.Fprintln(s.out, s.paint(term.Bold, s.Say("send.plan")))
	s.line("to", s.Say(to, phone.Mask(p.number())))
	s.line("type", kind)
	s.line("code", s.code)
	s.line("template", s.Say("send.template", p.TemplateId,
		strings.Join(p.TemplateParamSet, ", ")))
	s.line("signature", signature)
	s.line("senderId", p.SenderId)
	s.line("settings", s.Env.Source())
	s.line("secret", s.Say("send.secret",
		s.Settings.Secret.Name, s.Settings.Secret.Version, s.Settings.Secret.Region))
	s.line("by", cloud)
}

// show shows the answer and the function's line in the log.
func (s *sender) show(i *invocation) {
	l := &i.log
	fmt.Fprintln(s.out)
	switch {
	case i.Accepted:
		fmt.Fprintln(s.out, s.paint(term.Green, "✓ "+s.Say("send.accepted")))
	case i.doubtful():
		doubt := s.paint(term.Yellow, "? "+s.Say("send.doubtful"))
		fmt.Fprintf(s.out, "%s%s%d %s\n", doubt, s.Say("words.colon"), i.Status, s.Hint(i.Outcome))
	default:
		refused := s.paint(term.Red, "✗ "+s.Say("send.refused"))
		fmt.Fprintf(s.out, "%s%s%d %s\n", refused, s.Say("words.colon"), i.Status, s.Hint(i.Outcome))
	}
	s.line("serialNo", i.SerialNo)
	if !i.Accepted {
		s.line("reason", i.TencentCode)
		s.line("hint", s.Hint(i.Hint))
		if i.Status >= 400 {
			s.line("answer", i.body)
		}
	}
	s.line("requestId", i.RequestID)
	s.line("tencentId", i.TencentRequestID)
	times := s.Say("send.times", l.Ms, l.SSMMs, l.SMSMs)
	if l.Attempts > 1 {
		times += s.Say("send.times.attempts", l.Attempts)
	}
	s.line("time", times)
	for _, line := range i.others {
		s.line("log", strings.TrimSpace(line))
	}
}

// showDelivery shows how it ended.
func (s *sender) showDelivery(d *delivery) {
	fmt.Fprintln(s.out)
	reason := ""
	if d.Description != "" {
		reason = " (" + d.Description + ")"
	}
	switch d.Status {
	case delivered:
		fmt.Fprintln(s.out, s.paint(term.Green, "✓ "+s.Say("send.delivered"))+
			s.Say("send.delivered.after", d.Seconds)+reason)
	case notDelivered:
		fmt.Fprintln(s.out, s.paint(term.Red, "✗ "+s.Say("send.undelivered"))+reason)
	default:
		fmt.Fprintln(s.out, s.paint(term.Yellow, "? "+s.Say("send.unreported"))+reason+
			s.Say("send.unreported.todo", operator.Console))
	}
}
