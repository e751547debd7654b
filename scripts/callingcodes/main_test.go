package main

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCommittedTableIsFresh(t *testing.T) {
	got, err := os.ReadFile("../../" + table)
	require.NoError(t, err)
	want, err := generate()
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "go run ./scripts/callingcodes")
}

func TestTrunkPrefix(t *testing.T) {
	region := func(prefix, all, mobile string) *phonenumbers.PhoneMetadata {
		return &phonenumbers.PhoneMetadata{
			NationalPrefix: &prefix,
			GeneralDesc:    &phonenumbers.PhoneNumberDesc{NationalNumberPattern: &all},
			Mobile:         &phonenumbers.PhoneNumberDesc{NationalNumberPattern: &mobile},
		}
	}
	type regions []*phonenumbers.PhoneMetadata
	for name, tt := range map[string]struct {
		regions regions
		want    trunk
	}{
		"dropped where no number begins with it":             {regions{region("0", `[1-9]\d{8}`, `7\d{8}`)}, trunk{prefix: "0"}},
		"none where there is none":                           {regions{region("", `[1-9]\d{8}`, `7\d{8}`)}, trunk{}},
		"kept where a mobile number begins with it":          {regions{region("0", `[07]\d{8}`, `[07]\d{8}`)}, trunk{}},
		"kept where it and a mobile number make a landline":  {regions{region("0", `7\d{8}|07\d{8}`, `7\d{8}`)}, trunk{}},
		"kept where a neighbour's mobiles begin with it":     {regions{region("0", `7\d{8}`, `7\d{8}`), region("0", `0\d{8}`, `0\d{8}`)}, trunk{}},
		"kept where a neighbour has another":                 {regions{region("0", `7\d{8}`, `7\d{8}`), region("8", `7\d{8}`, `7\d{8}`)}, trunk{}},
		"dropped and shared with landlines of the length":    {regions{region("8", `[89]\d{8}`, `9\d{8}`)}, trunk{prefix: "8", shared: true}},
		"dropped and not shared with those of other lengths": {regions{region("8", `8\d{11}|9\d{8}`, `9\d{8}`)}, trunk{prefix: "8"}},
		"more than one digit":                                {regions{region("06", `[1-9]\d{8}`, `7\d{8}`)}, trunk{prefix: "06"}},
		"dropped before mobile numbers only, where longer numbers go on otherwise": {
			regions{region("8", `80\d{8}|[79]\d{8}`, `[79]\d{8}`)}, trunk{prefix: "8", before: "79"}},
		"kept where longer numbers go on like mobile numbers": {regions{region("8", `870\d{7}|79\d{7}`, `79\d{7}`)}, trunk{}},
		"dropped where longer numbers begin with it twice":    {regions{region("0", `00\d{8}|7\d{8}`, `7\d{8}`)}, trunk{prefix: "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := trunkOf(tt.regions, []int{9})
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}

	_, err := trunkOf(regions{region("8~10", `7\d{8}`, `7\d{8}`)}, []int{9})
	assert.ErrorContains(t, err, "not all digits")
	_, err = trunkOf(regions{region("0", `7\d{8}$`, `7\d{8}`)}, []int{9})
	assert.ErrorContains(t, err, "anchors")
}

// TestPattern holds the walk through a pattern against package regexp, on every string of up to four digits.
func TestPattern(t *testing.T) {
	exprs := []string{`0[1-3]\d?`, `(?:0|12)3{1,2}`, `8(?:0[0-79]|[1-7]\d)\d?|00`, `1?2*`}
	for _, expr := range exprs {
		p, err := compile(expr)
		require.NoError(t, err)
		re := regexp.MustCompile(`^(?:` + expr + `)$`)

		begins := map[string]bool{} // beginnings of matches
		lengths := map[int]bool{}
		var all []string
		for n := range 5 {
			for i := range pow10(n) {
				s := strconv.Itoa(pow10(n) + i)[1:]
				all = append(all, s)
				if re.MatchString(s) {
					lengths[n] = true
					for j := range len(s) + 1 {
						begins[s[:j]] = true
					}
				}
			}
		}
		for _, s := range all {
			assert.Equal(t, re.MatchString(s), p.after(s).matches(), "%s matches %s", expr, s)
			if len(s) < 4 {
				assert.Equal(t, begins[s], p.after(s).alive(), "%s goes on after %q", expr, s)
			}
		}
		for n := range 5 {
			assert.Equal(t, lengths[n], p.start().accepts(n), "%s has %d digits", expr, n)
		}
		for _, other := range exprs {
			q, err := compile(other)
			require.NoError(t, err)
			both := regexp.MustCompile(`^(?:` + other + `)$`)
			common := false
			for _, s := range all {
				common = common || re.MatchString(s) && both.MatchString(s)
			}
			assert.Equal(t, common, intersect(p.start(), q.start()), "%s and %s", expr, other)
		}
	}
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}
