package phone

import (
	"maps"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	const invalid = ""
	for _, tt := range []struct {
		name, to, want string
	}{
		// As Logto sends them.
		{"mainland", "8613800138000", "+8613800138000"},
		{"United States", "16502530000", "+16502530000"},
		{"Hong Kong, whose eleven digits look like nothing else", "85261234567", "+85261234567"},
		{"Britain", "447700900123", "+447700900123"},
		{"Britain with the trunk 0 typed", "4407700900123", "+447700900123"},
		{"Australia with the trunk 0 typed", "610412345678", "+61412345678"},
		{"mainland with a 0 typed", "86013800138000", "+8613800138000"},

		// As people write them.
		{"with a plus", "+8613800138000", "+8613800138000"},
		{"with 00", "008613800138000", "+8613800138000"},
		{"with 00 and a trunk 0", "004407700900123", "+447700900123"},
		{"as on a British business card", "+44 (0)7700 900123", "+447700900123"},
		{"as on an American one", "+1 (650) 253-0000", "+16502530000"},
		{"with the American trunk 1", "+1 1 650 253 0000", "+16502530000"},
		{"dots", "86.138.0013.8000", "+8613800138000"},
		{"blanks around and between", " \t+86 138 0013 8000 ", "+8613800138000"},
		{"a blank after the plus", "+ 86 13800138000", "+8613800138000"},
		{"a bracket before the plus", "(+86) 13800138000", "+8613800138000"},
		{"00 apart", "0 0 86 13800138000", "+8613800138000"},
		{"no-break space", "+86\u00a0138\u202f00138000", "+8613800138000"},
		{"ideographic and thin spaces", "+86\u3000138\u200900138000", "+8613800138000"},
		{"mainland with a plus and a 0", "+86 013800138000", "+8613800138000"},

		// The trunk prefix.
		{"Italy's leading 0 is part of the number", "390612345678", "+390612345678"},
		{"Ivory Coast's too", "2250123456789", "+2250123456789"},
		{"Gabon's too", "24106031234", "+24106031234"},
		{"Congo's too", "242061234567", "+242061234567"},
		{"Benin's 01 too", "2290195123456", "+2290195123456"},
		{"San Marino has none to drop", "378066661212", invalid},
		{"Russia's 8 is dropped before a mobile number", "789123456789", "+79123456789"},
		{"Russia's 8 stays in a Saint Petersburg number", "78121234567", "+78121234567"},
		{"Kazakhstan's 8", "787710009998", "+77710009998"},
		{"Belarus's 8", "3758294911911", "+375294911911"},
		{"Belarus's 8 stays in a freephone number", "3758000862940", invalid},
		{"Belarus's 8 stays in a number of no other kind either", "3758012768933", invalid},
		{"Turkmenistan's 8", "993866123456", "+99366123456"},
		{"Hungary's 06", "3606201234567", "+36201234567"},
		{"Hungary's 06, half of it", "360201234567", invalid},
		{"Mongolia's 0", "976088123456", "+97688123456"},
		{"Lithuania's 0", "370061234567", "+37061234567"},
		{"the Marshall Islands' 1", "69212351234", "+6922351234"},
		{"Mexico has none", "5202221234567", invalid},
		{"Mexico's old mobile 1 is no trunk prefix", "5212221234567", invalid},
		{"Japan's 0, though freephone numbers begin with 00", "8109012345678", "+819012345678"},
		{"Korea's 0, though freephone numbers begin with 00", "8201020000000", "+821020000000"},
		{"Austria's longest number with a 0 has sixteen digits", "4306641234567890", "+436641234567890"},
		{"twice is once too often", "44007700900123", invalid},
		{"a 0 in place of a digit", "440770090012", invalid},
		{"a German number that would be long enough with its 0", "4901512345678", "+491512345678"},
		{"a German number that would be too long with it", "49015123456789", "+4915123456789"},

		// What can't be.
		{"nothing", "", invalid},
		{"blanks", "  ", invalid},
		{"a plus", "+", invalid},
		{"00", "00", invalid},
		{"one digit", "1", invalid},
		{"a service number", "10086", invalid},
		{"no such calling code", "999123456789", invalid},
		{"nor this", "210123456789", invalid},
		{"a calling code without mobile numbers", "80012345678", invalid},
		{"a calling code alone", "86", invalid},
		{"a national number", "07700900123", invalid},
		{"two pluses", "++8613800138000", invalid},
		{"two pluses apart", "+86+13800138000", invalid},
		{"a plus after the first digit", "86+13800138000", invalid},
		{"a plus between the first two", "8+613800138000", invalid},
		{"a plus and 00", "+008613800138000", invalid},
		{"00 and a plus", "00+8613800138000", invalid},
		{"0000", "00008613800138000", invalid},
		{"000", "0008613800138000", invalid},
		{"letters", "+86138O0138000", invalid},
		{"letters as on a keypad", "+1650CALLNOW", invalid},
		{"an extension", "+16502530000;ext=5", invalid},
		{"a tel URI", "tel:+8613800138000", invalid},
		{"a second number", "+8613800138000,+8613800138001", invalid},
		{"a slash", "+86/13800138000", invalid},
		{"a newline at the end", "8613800138000\n", invalid},
		{"a newline inside", "86138\n00138000", invalid},
		{"a carriage return", "86138\r00138000", invalid},
		{"a line separator", "86138\u202800138000", invalid},
		{"a zero-width space", "86138\u200b00138000", invalid},
		{"NUL", "8613800138000\x00", invalid},
		{"full-width digits", "８６１３８００１３８０００", invalid},
		{"a full-width plus", "＋8613800138000", invalid},
		{"Arabic digits", "٨٦١٣٨٠٠١٣٨٠٠٠", invalid},
		{"broken UTF-8", "86138\xff00138000", invalid},
		{"mainland, too short", "861380013800", invalid},
		{"mainland, too long", "86138001380000", invalid},
		{"a mainland landline", "8601012345678", invalid},
		{"a mainland number in 12", "8612800138000", invalid},
		{"a North American area code in 0", "10502530000", invalid},
		{"a North American area code in 1", "11502530000", invalid},
		{"a North American exchange in 0", "13800138000", invalid},
		{"a North American exchange in 1", "16501530000", invalid},
		{"seven North American digits", "12530000", invalid},
		{"sixteen digits", "8613800138000000", invalid},
		{"twenty digits", "86138001380001234567", invalid},
		{"ten thousand digits", strings.Repeat("86", 5000), invalid},
		{"256 bytes", strings.Repeat(" ", 256-13) + "8613800138000", "+8613800138000"},
		{"257 bytes", strings.Repeat(" ", 257-13) + "8613800138000", invalid},
		{"ten thousand blanks", strings.Repeat(" ", 10_000) + "8613800138000", invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, ok := Parse(tt.to, false)
			assert.Equal(t, tt.want != invalid, ok)
			assert.Equal(t, tt.want, n.E164)
			if !ok {
				assert.Zero(t, n)
				return
			}
			assert.Equal(t, n.E164, "+"+strconv.Itoa(n.CallingCode)+n.National)
			assert.Equal(t, strings.HasPrefix(tt.want, "+86"), n.Mainland())
			assert.Equal(t, tt.want[len(tt.want)-2:], n.LastTwo())
		})
	}
	assert.Empty(t, Number{}.LastTwo())
}

// BARE_NUMBERS decides what eleven digits without + or 00 are, and nothing else.
func TestParse_bareChina(t *testing.T) {
	for _, tt := range []struct {
		name, to, international, china string
	}{
		{"a mainland number that can't be American", "13800138000", "", "+8613800138000"},
		{"a number that can be both", "16502530000", "+16502530000", "+8616502530000"},
		{"with hyphens", "138-0013-8000", "", "+8613800138000"},
		{"an American number that can't be Chinese", "12015550123", "+12015550123", "+12015550123"},
		{"a plus makes it American", "+16502530000", "+16502530000", "+16502530000"},
		{"so does 00", "0016502530000", "+16502530000", "+16502530000"},
		{"and neither makes it Chinese", "+13800138000", "", ""},
		{"with its calling code", "8613800138000", "+8613800138000", "+8613800138000"},
		{"twelve digits", "138001380001", "", ""},
		{"ten digits", "1380013800", "", ""},
		{"a leading 0", "013800138000", "", ""},
		{"Hong Kong", "85261234567", "+85261234567", "+85261234567"},
		{"Britain", "4407700900123", "+447700900123", "+447700900123"},
		{"a service number", "10086", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, _ := Parse(tt.to, false)
			assert.Equal(t, tt.international, n.E164)
			n, _ = Parse(tt.to, true)
			assert.Equal(t, tt.china, n.E164)
		})
	}
}

// The search needs the order; that the first calling code found is the only one needs that none begins another.
func TestCallingCodes(t *testing.T) {
	assert.True(t, slices.IsSortedFunc(callingCodes[:], func(x, y callingCode) int { return x.code - y.code }))
	for _, x := range callingCodes {
		code := strconv.Itoa(x.code)
		assert.LessOrEqual(t, len(code)+bits.Len16(x.lengths)-1, 15, "+%d is within E.164", x.code)
		assert.GreaterOrEqual(t, len(code)+bits.TrailingZeros16(x.lengths), 7, "+%d is long enough to be a number", x.code)
		for _, y := range callingCodes {
			assert.False(t, x.code != y.code && strings.HasPrefix(strconv.Itoa(y.code), code), "+%d and +%d", x.code, y.code)
		}
	}
}

// libphonenumber is the reference: we read the example mobile number of every region as it does, in every way to write it.
func TestParse_likeLibphonenumber(t *testing.T) {
	// Written with the trunk prefix; we drop it, libphonenumber doesn't.
	deviations := map[string]string{
		"CO": "it takes 03 for the trunk prefix and a carrier's code, finds too few digits behind them, and drops nothing",
	}
	found := map[string]string{}
	eachMobile(t, func(t *testing.T, m *phonenumbers.PhoneMetadata, example *phonenumbers.PhoneNumber) {
		e164 := phonenumbers.Format(example, phonenumbers.E164)
		code, national := strconv.Itoa(int(m.GetCountryCode())), phonenumbers.GetNationalSignificantNumber(example)
		trunk := m.GetNationalPrefix()
		for _, written := range []string{
			e164,
			phonenumbers.Format(example, phonenumbers.INTERNATIONAL),
			"+" + code + trunk + national,
			"+" + code + " (" + trunk + ") " + national,
		} {
			parsed, err := phonenumbers.Parse(written, "")
			require.NoError(t, err)
			if want := phonenumbers.Format(parsed, phonenumbers.E164); want != e164 {
				found[m.GetId()] = deviations[m.GetId()]
			}
			bare := strings.TrimPrefix(written, "+")
			for _, to := range []string{written, bare, "00" + bare} {
				n, _ := Parse(to, false)
				assert.Equal(t, e164, n.E164, to)
			}
		}
	})
	assert.Equal(t, deviations, found)
}

// So do we read the valid mobile numbers that are one digit away from an example, with and without the trunk prefix.
// A third of the digits is tried at each place: the library takes its time under the race detector.
func TestParse_likeLibphonenumberNearby(t *testing.T) {
	read := 0
	eachMobile(t, func(t *testing.T, m *phonenumbers.PhoneMetadata, example *phonenumbers.PhoneNumber) {
		code, national := strconv.Itoa(int(m.GetCountryCode())), phonenumbers.GetNationalSignificantNumber(example)
		for i := range national {
			for d := '0' + rune(i%3); d <= '9'; d += 3 {
				near := national[:i] + string(d) + national[i+1:]
				parsed, err := phonenumbers.Parse("+"+code+near, "")
				if err != nil || !isMobile(parsed) {
					continue
				}
				want := phonenumbers.Format(parsed, phonenumbers.E164)
				for _, to := range []string{code + near, code + m.GetNationalPrefix() + near} {
					n, _ := Parse(to, false)
					if n.E164 != want {
						t.Errorf("%s is read as %q, not %s", to, n.E164, want)
					}
					read++
				}
			}
		}
	})
	assert.Greater(t, read, 5_000)
}

func isMobile(n *phonenumbers.PhoneNumber) bool {
	switch phonenumbers.GetNumberType(n) { // of a valid number only
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return true
	}
	return false
}

// eachMobile runs f for the mobile example of every region and every network without one.
func eachMobile(t *testing.T, f func(*testing.T, *phonenumbers.PhoneMetadata, *phonenumbers.PhoneNumber)) {
	all, err := phonenumbers.MetadataCollection()
	require.NoError(t, err)
	codes := map[int32]bool{}
	for _, m := range all.GetMetadata() {
		national := m.GetMobile().GetExampleNumber()
		if national == "" {
			continue // no mobile numbers there
		}
		code := m.GetCountryCode()
		codes[code] = true
		example, err := phonenumbers.Parse("+"+strconv.Itoa(int(code))+national, "")
		require.NoError(t, err)
		t.Run(m.GetId()+"+"+strconv.Itoa(int(code)), func(t *testing.T) { f(t, m, example) })
	}
	assert.Len(t, slices.Collect(maps.Keys(codes)), len(callingCodes), "every calling code has an example")
}

var e164Form = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// checkNumber holds what is true of every number, whatever it was read from.
func checkNumber(t *testing.T, to string, bareChina bool) {
	n, ok := Parse(to, bareChina)
	if !ok {
		require.Zero(t, n, "%q", to)
		return
	}
	require.Regexp(t, e164Form, n.E164, "%q", to)
	require.Equal(t, n.E164, "+"+strconv.Itoa(n.CallingCode)+n.National, "%q", to)
	for _, bareChina := range []bool{false, true} {
		again, ok := Parse(n.E164, bareChina)
		require.True(t, ok, "%q", to)
		require.Equal(t, n, again, "%q", to)
	}
}

// What is a number is E.164 and reads as itself: for every calling code, digits of every length, leading digits that
// are and are not trunk prefixes.
func TestParse_readsItself(t *testing.T) {
	for _, c := range callingCodes {
		for _, lead := range []string{"", "0", "00", "000", "06", "0606", "1", "11", "8", "88", "888", c.trunk + c.trunk} {
			for fill := range 18 {
				for _, digit := range []string{"1", "3", "8", "0"} {
					checkNumber(t, strconv.Itoa(c.code)+lead+strings.Repeat(digit, fill), false)
				}
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, to := range []string{
		"8613800138000", "13800138000", "+44 (0)7700 900123", "008613800138000", "610412345678", "789123456789",
		"3606201234567", "62008123456789", "+86\u3000138", "＋86", "++86", "1", "10086", "", "+",
	} {
		f.Add(to, false)
		f.Add(to, true)
	}
	f.Fuzz(checkNumber)
}

func BenchmarkParse(b *testing.B) {
	for _, to := range []string{"8613800138000", "+44 (0)7700 900123", "10086", strings.Repeat("8", 10_000)} {
		b.Run(to[:min(len(to), 20)], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse(to, false)
			}
		})
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{
		"+8613800138000": "+86····00",
		"8613800138000":  "+86····00",
		"+16502530000":   "+1····00",
		"+85261234567":   "+852····67",
		"+999123":        "····",
		"+861":           "····",
		"":               "····",
		"nonsense":       "····",
	} {
		assert.Equal(t, want, Mask(number), number)
	}
}
