package limits

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.7":                "203.0.113.7",
		" 203.0.113.7 ":              "203.0.113.7",
		"203.0.113.7:51234":          "203.0.113.7",
		"::ffff:203.0.113.7":         "203.0.113.7",
		"[::ffff:203.0.113.7]:443":   "203.0.113.7",
		"2001:db8:1:2:3:4:5:6":       "2001:db8:1:2::/64",
		"2001:DB8:1:2::":             "2001:db8:1:2::/64",
		"[2001:db8:1:2::9]":          "2001:db8:1:2::/64",
		"[2001:db8:1:2::9]:51234":    "2001:db8:1:2::/64",
		"2001:db8:1:2::9%eth0":       "2001:db8:1:2::/64",
		"10.1.2.3":                   "",
		"172.16.0.1":                 "",
		"192.168.1.1:80":             "",
		"100.64.0.1":                 "",
		"100.127.255.255":            "",
		"100.128.0.0":                "100.128.0.0",
		"127.0.0.1":                  "",
		"169.254.1.1":                "",
		"0.0.0.0":                    "",
		"255.255.255.255":            "",
		"224.0.0.1":                  "",
		"::1":                        "",
		"::":                         "",
		"fe80::1":                    "",
		"fd00::1":                    "",
		"::ffff:10.0.0.1":            "",
		"::ffff:100.64.0.1":          "",
		"":                           "",
		"unknown":                    "",
		"203.0.113.7, 198.51.100.1":  "",
		"203.0.113":                  "",
		"203.0.113.007":              "",
		"[2001:db8::1":               "2001:db8::/64",
		"203.0.113.7:":               "",
		"https://203.0.113.7":        "",
		"2001:db8:1:2:3:4:5:6:51234": "",
	} {
		require.Equal(t, want, network(address), address)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	rules := Defaults()
	rules.Total = []Limit{{5, shortest}}
	rules.IP = []Limit{{5, shortest}}
	order := Order{
		Number: number, CallingCode: 86, Passcode: "482913", UsageType: "SignIn", IP: "203.0.113.7",
	}
	n := newNames(appID, hashKey)
	all := func(n names, o Order) (list []string) {
		for _, c := range n.counters(rules, o) {
			list = append(list, c.Name)
		}
		name, _ := n.mark(rules, o)
		return append(list, name)
	}
	names := all(n, order)
	require.Len(t, names, 7, "three of the number, the block, the IP, the total and the mark")
	for _, name := range names {
		require.True(t, strings.HasPrefix(name, "scf-sms:{1400006666}:"), name)
		for _, plain := range []string{"8613681974253", "1368197", "482913", "203.0", "SignIn"} {
			require.NotContains(t, name, plain)
		}
	}
	require.True(t, slices.Contains(names, "scf-sms:{1400006666}:t:1000"))
	require.Equal(t, names, all(newNames(appID, hashKey), order), "the same in all instances")

	other := all(newNames(appID, "another-hash-key"), order)
	another := all(newNames("1400007777", hashKey), order)
	for i, name := range names {
		require.NotEqual(t, name, another[i], "applications count apart")
		if !strings.Contains(name, "t:") {
			require.NotEqual(t, name, other[i], "nobody finds a name without the key")
		}
	}
}

func TestMark(t *testing.T) {
	t.Parallel()
	rules, n := Defaults(), newNames(appID, hashKey)
	first := signIn()
	name, kept := n.mark(rules, first)
	require.Equal(t, rules.Dedupe, kept)
	for _, change := range []func(*Order){
		func(o *Order) { o.Number += "0" },
		func(o *Order) { o.Passcode = "000001" },
		func(o *Order) { o.UsageType = "Register" },
		func(o *Order) { o.Key = "a" },
		func(o *Order) { o.Mark = "a" },
	} {
		other, _ := n.mark(rules, signIn(change))
		require.NotEqual(t, name, other)
	}
	same, _ := n.mark(rules, signIn(func(o *Order) { o.IP = "203.0.113.7" }))
	require.Equal(t, name, same)

	byKey, kept := n.mark(rules, signIn(func(o *Order) { o.Key = "a" }))
	require.Equal(t, keptKey, kept)
	byMark, kept := n.mark(rules, signIn(func(o *Order) { o.Key, o.Mark = "b", "a" }))
	require.Equal(t, keptKey, kept)
	require.NotEqual(t, byKey, byMark, "what a caller signs is none of another's keys")

	console := signIn(func(o *Order) { o.Passcode = consoleCode })
	none, _ := n.mark(rules, console)
	require.Empty(t, none)
	console.Key = "a"
	some, _ := n.mark(rules, console)
	require.Equal(t, byKey, some)

	rules.Dedupe = 0
	none, _ = n.mark(rules, first)
	require.Empty(t, none)
	some, _ = n.mark(rules, console)
	require.NotEmpty(t, some)
}
