package send

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/words"
)

func TestAdviceForNumber(t *testing.T) {
	t.Parallel()
	account := &operator.Account{Env: operator.Env{Words: words.English()}}
	const never = ": no setting lets it through, as SMS pumping lives on such numbers. Take " +
		"somebody's mobile number"
	for number, want := range map[string]string{
		"+1 900 555 1234":  "it is a premium-rate number" + never,
		"001 900 555 1234": "it is a premium-rate number" + never,
		"+1 800 234 5678":  "it is a toll-free number" + never,
		"+33 884 012 345":  "it is a shared-cost number" + never,
		"+44 70 1234 5678": "it is a personal number, which is passed on to another" + never,
		"+44 5612 345678":  "write the number with + and its calling code, such as +8613800138000",
		"+49 700 12345678": "it is a personal number, which is passed on to another" + never,
		"+44 55 1234 5678": "it is a universal-access number, which is a company's" + never,
		"+800 1234 5678":   "it is a toll-free number" + never,
		"+808 1234 5678":   "it is a shared-cost number" + never,
		"+870 773 111 632": "it is a satellite's number" + never,
		"+881 612 345 678": "it is a satellite's number" + never,
		"+882 3421 234":    "it is an international network's number" + never,
		"+888 123 456 789": "it is a universal-access number, which is a company's" + never,
		"+979 123 456 789": "it is a premium-rate number" + never,
		"13800138000":      "write the number with + and its calling code, such as +8613800138000",
		"+8610":            "write the number with + and its calling code, such as +8613800138000",
	} {
		s := &sender{Account: account, order: order{to: number}}
		assert.Equal(t, want, s.adviceForNumber(), number)
	}
}
