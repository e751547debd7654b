package report

func english() *words {
	return &words{
		Lang:  "en",
		Title: "SMS verification codes",
		Zone:  "times are %s",

		Sent:        "%s of %s requests sent an SMS (%s).",
		NothingSent: "None of %s requests sent an SMS.",
		Arrived:     "Of the %s with a delivery report %s arrived (%s).",
		Within:      "Half of them took at most %s, 95 of 100 at most %s.",
		NoReports:   "There are no delivery reports: whether they arrived isn't known.",

		Attention:    "What to look at",
		AllWell:      "Nothing: no request failed for a reason that you must mend.",
		AskedOfYou:   "%s × %s, mostly %s",
		FewArrive:    "%s: %s of %s messages with a report arrived",
		Away:         "%s × Redis was away, so limits weren't counted: REDIS_URL and its network",
		LimitReached: "%s × the limit %s was reached: is somebody pumping SMS?",
		NotRefreshed: "%s × the secret couldn't be refreshed: the role and SSM",

		OverTime: "Over time",
		Outcomes: "Outcomes",
		Delivery: "Delivery",
		Time:     "Time to delivery",
		Reasons:  "Why messages didn't arrive",
		Causes:   "What was not sent, by cause",
		Limits:   "Limits and duplicates",
		Latency:  "How long it took",
		Callers:  "Callers",
		Cost:     "Cost",
		Log:      "The log",

		EachColumn:    "a column is %s",
		KindSent:      "sent",
		KindRefused:   "refused",
		KindFailed:    "failed",
		KindDelivered: "delivered",

		Outcome: "outcome", Number: "number", Share: "share", Means: "means", Code: "code",
		Caller: "caller", Limit: "limit", Part: "part", Price: "one SMS", Amount: "amount",
		SentColumn: "sent", Delivered: "delivered", Undelivered: "failed", Open: "no report",
		Rate: "rate", Half: "half in", P95: "95 %", P99: "99 %", Max: "longest",
		RefusedColumn: "refused", FailedColumn: "failed",
		Cause: "cause", Hint: "what to do", All: "all", UnknownCode: "not known",
		NoProof: "(no proof)", NoReason: "(no reason)",

		ArrivedWithin: "%s of those that arrived took at most 10 s, %s at most 60 s.",
		Cold: "%s of %s requests (%s) were an instance's first. Times are of messages that were " +
			"sent, but for the last row; SSM counts where it was waited for.",
		UnknownCost: "Requests of unknown outcome, which may have sent an SMS, too: %s; with " +
			"them it is %s %s.",
		Unpriced: "Not in the price list: %s (messages: %s).",

		More:       "… and %s more",
		RefusedBy:  "refused by %s",
		WouldHave:  "%s would have refused (observe)",
		Duplicates: "duplicate: %s",
		AwayRow:    "Redis was away",
		EachOne:    "Each accepted message counts as one SMS; a long one is billed as several.",

		DeliveredOverTime: "Share that arrived, by the time of sending",
		TileAccepted:      "of requests sent",
		TileHalf:          "half arrived within",
		Begins:            "begins",
		Figures:           "as figures",
		WaitingMeans:      "How many of the messages that arrived had done so after a time.",

		Counted:   "Lines of requests: %s; delivery reports: %s.",
		Others:    "Other lines: %s (%s).",
		Skipped:   "Lines older than -since: %s.",
		NoName:    "without a msg",
		Unread:    "Lines that can't be read: %s (line %s).",
		Repeated:  "Reports that came again, and count once: %s.",
		Unmatched: "Reports of messages that this log doesn't have: %s.",
		Early: "Reports of a time before their message was sent: %s, by up to %s. Clocks or time " +
			"zones differ; such reports don't count in times.",
		Forgotten: "Serial numbers forgotten without their other line, after a million others: %s.",

		OutcomeMeans: map[string]string{
			"sent":                    "Tencent accepted the SMS",
			"timer":                   "a timer kept an instance warm",
			"reports":                 "a call that brought delivery reports",
			"bad_request":             "the caller's JSON is wrong",
			"invalid_phone_number":    "the number can't be a mobile number",
			"unauthorized":            "no proof, or a wrong one",
			"destination_not_allowed": "a country that isn't served",
			"method_not_allowed":      "not a POST: probes and scanners",
			"body_too_large":          "more than the caller may send",
			"undeliverable":           "Tencent refuses this number",
			"too_many_requests":       "a limit for one number",
			"misconfigured":           "settings, role or secret: mend it now",
			"provider_refused":        "account, sign or template: mend it now",
			"provider_unavailable":    "nothing sent, later may work",
			"outcome_unknown":         "no clear answer: may have been sent",
		},
		Parts: map[string]string{
			"ms": "all", "cold": "all, first of an instance", "warm": "all, others",
			"smsMs": "Tencent SMS", "ssmMs": "the secret (SSM)", "limitsMs": "limits (Redis)",
			"failed": "requests that failed",
		},
	}
}
