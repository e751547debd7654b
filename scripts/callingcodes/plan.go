package main

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

// What digits behind a calling code are: the constants of the same names in the table.
const (
	wrongLength = iota
	wrongForm
	special
	possible
	mobile
	firstEdit
)

// specialCodes have only services behind them, satellites among these: none is a person's mobile
// number as sign-ins mean it, and SMS pumping lives on them.
var specialCodes = []int{800, 808, 870, 878, 881, 882, 883, 888, 979}

// shapes are the forms of numbers that are known better than by their length. Mainland landlines
// can't receive an SMS.
var shapes = map[int]string{
	1:  `[2-9]\d\d[2-9]\d{6}`,
	86: `1[3-9]\d{9}`,
}

// newLengths are lengths of mobile numbers that are newer than the Go library's metadata.
// libphonenumber 9.0.38 gives Gambia nine digits beside seven. Drop them once the Go library has
// them.
var newLengths = map[int][]int{220: {9}}

// plan is the numbering plan behind a calling code, of all regions that share it.
type plan struct {
	code     int
	prefixes prefixes
	edits    []edit  // every one that prefixes can call for
	general  pattern // of numbers of any kind, in the main region
	lengths  []int32 // of such numbers
	local    []int32 // lengths of what is dialled inside a town only
	mobile   []int   // lengths of mobile numbers, in any region
	shape    pattern
	kinds    []kind // of all regions
}

// kind is a pattern of libphonenumber's and what numbers that match it are to us.
type kind struct {
	pattern
	lengths []int32 // nil: any
	means   int     // special, possible or mobile
}

func newPlan(code int, regions []*phonenumbers.PhoneMetadata) (*plan, error) {
	// libphonenumber reads the numbers of all regions by the main one's prefixes.
	id := phonenumbers.GetRegionCodeForCountryCode(code)
	hasID := func(m *phonenumbers.PhoneMetadata) bool { return m.GetId() == id }
	i := slices.IndexFunc(regions, hasID)
	if i < 0 {
		return nil, fmt.Errorf("there is no main region %s", id)
	}
	main := regions[i]
	p := &plan{
		code:    code,
		lengths: main.GetGeneralDesc().GetPossibleLength(),
		local:   main.GetGeneralDesc().GetPossibleLengthLocalOnly(),
		mobile:  append(mobileLengths(regions), newLengths[code]...),
	}
	var err error
	if p.prefixes, err = compilePrefixes(main); err != nil {
		return nil, err
	}
	p.edits = p.prefixes.edits()
	if p.general, err = compile(main.GetGeneralDesc().GetNationalNumberPattern()); err != nil {
		return nil, err
	}
	shape, known := shapes[code]
	if !known {
		shape = `\d*`
	}
	if p.shape, err = compile(shape); err != nil {
		return nil, err
	}
	if slices.Contains(specialCodes, code) {
		return p, p.add(special, `\d*`, nil)
	}
	for _, m := range regions {
		for _, of := range []struct {
			means int
			desc  *phonenumbers.PhoneNumberDesc
		}{
			{mobile, m.GetMobile()},
			{special, m.GetPremiumRate()}, {special, m.GetTollFree()}, {special, m.GetSharedCost()},
			{special, m.GetPersonalNumber()}, {special, m.GetUan()},
			{possible, m.GetFixedLine()}, {possible, m.GetVoip()}, {possible, m.GetPager()},
			{possible, m.GetVoicemail()},
		} {
			if !exists(of.desc) {
				continue
			}
			err := p.add(of.means, of.desc.GetNationalNumberPattern(), of.desc.GetPossibleLength())
			if err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// exists reports whether the region has numbers of the kind. If it has none, the pattern is "NA".
func exists(d *phonenumbers.PhoneNumberDesc) bool {
	return d.GetNationalNumberPattern() != "" && d.GetNationalNumberPattern() != "NA"
}

func (p *plan) add(means int, expr string, lengths []int32) error {
	compiled, err := compile(expr)
	p.kinds = append(p.kinds, kind{compiled, lengths, means})
	return err
}

// mobileLengths are the lengths a mobile number of any of the regions can have, without the calling
// code.
func mobileLengths(regions []*phonenumbers.PhoneMetadata) []int {
	var lengths []int
	for _, m := range regions {
		if !exists(m.GetMobile()) {
			continue
		}
		of := m.GetMobile().GetPossibleLength()
		if len(of) == 0 {
			// The metadata leaves out lengths that are those of all numbers of the region.
			of = m.GetGeneralDesc().GetPossibleLength()
		}
		for _, n := range of {
			lengths = append(lengths, int(n))
		}
	}
	return lengths
}

// planWalk is where everything in a plan may be after some digits behind the calling code.
type planWalk struct {
	*plan
	digits    int
	prefixAt  prefixWalk
	generalAt walk
	editedAt  []walk // where general would be, were the digits changed by each of the edits
	shapeAt   walk
	kindsAt   []walk
}

func (p *plan) walk() planWalk {
	w := planWalk{
		plan: p, prefixAt: p.prefixes.walk(), generalAt: p.general.walk(), shapeAt: p.shape.walk(),
	}
	for _, e := range p.edits {
		w.editedAt = append(w.editedAt, p.general.walk().steps(e.text))
	}
	for _, k := range p.kinds {
		w.kindsAt = append(w.kindsAt, k.walk())
	}
	return w
}

func (w planWalk) step(digit rune) planWalk {
	next := planWalk{
		plan: w.plan, digits: w.digits + 1, prefixAt: w.prefixAt.step(digit),
		generalAt: w.generalAt.step(digit), shapeAt: w.shapeAt.step(digit),
	}
	decided, _ := next.prefixAt.edit()
	for i, e := range w.edits {
		at := w.editedAt[i]
		keeps := w.digits >= e.skip && w.digits < e.skip+e.keep
		if next.prefixAt.decided() && e != decided {
			at.places = nil // reading won't ask for it
		} else if keeps || w.digits >= e.skip+e.keep+e.gap {
			at = at.step(digit)
		}
		next.editedAt = append(next.editedAt, at)
	}
	for _, at := range w.kindsAt {
		next.kindsAt = append(next.kindsAt, at.step(digit))
	}
	return next
}

// key tells one walk from another: equal keys, and all digits that follow are read the same.
func (w planWalk) key() string {
	b := w.prefixAt.appendKey([]byte{byte(w.digits)})
	b = w.shapeAt.appendKey(w.generalAt.appendKey(b))
	for _, at := range w.editedAt {
		b = at.appendKey(b)
	}
	for _, at := range w.kindsAt {
		b = at.appendKey(b)
	}
	return string(b)
}

// reading returns what the digits are, and with firstEdit the edit that makes a number of them. As
// in libphonenumber's maybeStripNationalPrefixAndCarrierCode and its caller, no edit is made where
// the digits are a number and the edited ones none, or where too few of them would be left.
func (w planWalk) reading() (int, edit) {
	code := len(strconv.Itoa(w.code))
	longest := 15 - code // E.164 allows 15 digits with the calling code
	if e, ok := w.prefixAt.edit(); ok {
		n := w.digits + len(e.text) - e.skip - e.gap
		spoils := w.generalAt.matches() && !w.editedAt[slices.Index(w.edits, e)].matches()
		if n > longest {
			return wrongLength, edit{}
		}
		if !spoils && w.enough(n) {
			return firstEdit, e
		}
	}
	var is [mobile + 1]bool
	for i, k := range w.kinds {
		rightLength := len(k.lengths) == 0 || slices.Contains(k.lengths, int32(w.digits))
		if rightLength && w.kindsAt[i].matches() {
			is[k.means] = true
		}
	}
	const shortest = 7 // with the calling code; only a few landlines have fewer digits
	switch {
	case is[special] && !is[mobile]:
		return special, edit{}
	case w.digits > longest, code+w.digits < shortest,
		!slices.Contains(w.mobile, w.digits) && !is[possible]:
		return wrongLength, edit{}
	case !w.shapeAt.matches():
		return wrongForm, edit{}
	case is[mobile] && code+w.digits <= 10: // as long as a number behind +1
		return mobile, edit{}
	}
	return possible, edit{}
}

// enough reports whether n digits are enough for libphonenumber to drop a prefix before them.
func (w planWalk) enough(n int) bool {
	return !slices.Contains(w.local, int32(n)) &&
		(slices.Contains(w.lengths, int32(n)) || int32(n) > slices.Max(w.lengths))
}
