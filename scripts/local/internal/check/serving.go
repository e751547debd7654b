package check

import (
	"context"
	"strings"
	"time"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// longestLook bounds the look at a function that may not be deployed at all.
const longestLook = 5 * time.Second

// servingRow says which version of the function callers get, where there is a function, and the
// operator's key may look. setup -rollback gives them an older one.
func servingRow(ctx context.Context, a *operator.Account) row {
	name := a.Deployed.Function
	if name == "" || a.Key == nil {
		return row{}
	}
	ctx, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	version, shares, failure := resources.Cloud{Account: a}.Serving(ctx, name)
	if failure != nil || version == "" {
		return row{}
	}
	if version != "$LATEST" {
		return wrong(a.Say("check.serving.old", name, term.Plain(version)),
			a.Say("check.serving.old.todo"))
	}
	if len(shares) > 0 {
		return wrong(a.Say("setup.serving.shared", name, term.Plain(strings.Join(shares, ", "))),
			a.Say("setup.serving.shared.todo"))
	}
	return right(a.Say("check.serving", name))
}
