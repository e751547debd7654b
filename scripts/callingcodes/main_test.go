package main

import (
	"os"
	"regexp"
	"slices"
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

func TestTrunkOf(t *testing.T) {
	region := func(prefix, all, mobile string) *phonenumbers.PhoneMetadata {
		return &phonenumbers.PhoneMetadata{
			NationalPrefix: &prefix,
			GeneralDesc:    &phonenumbers.PhoneNumberDesc{NationalNumberPattern: &all},
			Mobile:         &phonenumbers.PhoneNumberDesc{NationalNumberPattern: &mobile},
		}
	}
	type regions []*phonenumbers.PhoneMetadata
	one := func(prefix, all, mobile string) regions { return regions{region(prefix, all, mobile)} }
	for name, tt := range map[string]struct {
		regions regions
		want    trunk
	}{
		"none where there is none": {
			one("", `[1-9]\d{8}`, `7\d{8}`), trunk{}},
		"dropped where no number begins with it": {
			one("0", `[1-9]\d{8}`, `7\d{8}`), trunk{prefix: "0"}},
		"more than one digit": {
			one("06", `[1-9]\d{8}`, `7\d{8}`), trunk{prefix: "06"}},
		"kept where a mobile number begins with it": {
			one("0", `[07]\d{8}`, `[07]\d{8}`), trunk{}},
		"kept where it and a mobile number make a landline": {
			one("0", `7\d{8}|07\d{8}`, `7\d{8}`), trunk{}},
		"kept where a neighbour's mobiles begin with it": {
			regions{region("0", `7\d{8}`, `7\d{8}`), region("0", `0\d{8}`, `0\d{8}`)}, trunk{}},
		"kept where a neighbour has another": {
			regions{region("0", `7\d{8}`, `7\d{8}`), region("8", `7\d{8}`, `7\d{8}`)}, trunk{}},
		"dropped and shared with landlines of the length": {
			one("8", `[89]\d{8}`, `9\d{8}`), trunk{prefix: "8", shared: true}},
		"dropped and not shared with those of other lengths": {
			one("8", `8\d{11}|9\d{8}`, `9\d{8}`), trunk{prefix: "8"}},
		"dropped before mobile numbers only, where longer numbers go on otherwise": {
			one("8", `80\d{8}|[79]\d{8}`, `[79]\d{8}`), trunk{prefix: "8", before: "79"}},
		"kept where longer numbers go on like mobile numbers": {
			one("8", `870\d{7}|79\d{7}`, `79\d{7}`), trunk{}},
		"dropped where longer numbers begin with it twice": {
			one("0", `00\d{8}|7\d{8}`, `7\d{8}`), trunk{prefix: "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := trunkOf(tt.regions, []int{9})
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}

	_, err := trunkOf(one("8~10", `7\d{8}`, `7\d{8}`), []int{9})
	assert.ErrorContains(t, err, "not all digits")
	_, err = trunkOf(one("0", `7\d{8}$`, `7\d{8}`), []int{9})
	assert.ErrorContains(t, err, "anchors")
}

// Package regexp decides about every string of up to four digits.
func TestPattern_overlaps(t *testing.T) {
	var all []string
	for n := range 5 {
		for i := range pow10(n) {
			all = append(all, strconv.Itoa(pow10(n) + i)[1:])
		}
	}
	exprs := []string{
		`0[1-3]\d?`, `(?:0|12)3{1,2}`, `8(?:0[0-79]|[1-7]\d)\d?|00`, `1?2*`,
		`\d{2}`, `8\d*`, `[^08]\d`, ``,
	}
	for _, one := range exprs {
		for _, other := range exprs {
			p, err := compile(one)
			require.NoError(t, err)
			q, err := compile(other)
			require.NoError(t, err)
			matchesOne := regexp.MustCompile(`^(?:` + one + `)$`).MatchString
			matchesOther := regexp.MustCompile(`^(?:` + other + `)$`).MatchString
			want := slices.ContainsFunc(all, func(s string) bool {
				return matchesOne(s) && matchesOther(s)
			})
			assert.Equal(t, want, p.overlaps(q), "%q and %q", one, other)
		}
	}
}

func TestDigitsWithout(t *testing.T) {
	re := regexp.MustCompile(`^` + digitsWithout("06", 3) + `$`)
	for s, want := range map[string]bool{
		"123": true, "012": true, "606": true, "005": true,
		"061": false, "06": false, "12": false, "1234": false,
	} {
		assert.Equal(t, want, re.MatchString(s), s)
	}
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}
