package phone

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deviations are the numbers of libphonenumber's that we don't read as it does, on purpose. We
// refuse them, but for Mexico's.
var deviations = map[string]*regexp.Regexp{
	"Mexico's old mobile 1 is dropped":        regexp.MustCompile(`^\+521\d{10}$`),
	"no SMS reaches mainland landlines":       regexp.MustCompile(`^\+86([02-9]|1[0-2])`),
	"E.164 ends at 15 digits":                 regexp.MustCompile(`^\+\d{16,}$`),
	"landlines of fewer than 7 digits in all": regexp.MustCompile(`^\+\d{0,6}$`),
}

func deviates(e164 string) bool {
	for _, d := range deviations {
		if d.MatchString(e164) {
			return true
		}
	}
	return false
}

// likeLibphonenumber holds our reading of the digits, which begin with a calling code, against
// libphonenumber's. What that calls valid we read as it does, unless it is a special service's.
// Anything else we read as it does or not at all. It says what differs, or "".
func likeLibphonenumber(digits string) string {
	n, err := Parse("+"+digits, false)
	parsed, libErr := phonenumbers.Parse("+"+digits, "")
	if libErr != nil {
		if err == nil {
			return "+" + digits + " is read as " + n.E164 + ", and not at all by libphonenumber"
		}
		return ""
	}
	want := phonenumbers.Format(parsed, phonenumbers.E164)
	switch special := isSpecial(parsed); {
	case deviates(want):
		return ""
	case err == nil && special:
		return "+" + digits + " is a special service's, and read as " + n.E164
	case err == nil && n.E164 != want:
		return "+" + digits + " is read as " + n.E164 + ", by libphonenumber as " + want
	case err != nil && phonenumbers.IsValidNumber(parsed) && !special:
		return "+" + digits + " is refused, libphonenumber reads " + want
	}
	return ""
}

// isSpecial reports whether the number is of a kind that we refuse.
func isSpecial(n *phonenumbers.PhoneNumber) bool {
	switch phonenumbers.GetNumberType(n) { // of a valid number only
	case phonenumbers.PREMIUM_RATE, phonenumbers.TOLL_FREE, phonenumbers.SHARED_COST,
		phonenumbers.PERSONAL_NUMBER, phonenumbers.UAN:
		return !looksMobile(n)
	}
	return slices.Contains([]int32{800, 808, 870, 878, 881, 882, 883, 888, 979}, n.GetCountryCode())
}

// looksMobile reports whether the number matches its region's pattern of mobile numbers, whatever
// else it matches.
func looksMobile(n *phonenumbers.PhoneNumber) bool {
	region := phonenumbers.GetRegionCodeForNumber(n)
	for _, m := range metadata {
		if m.GetId() == region && m.GetCountryCode() == n.GetCountryCode() {
			pattern := regexp.MustCompile("^(?:" + m.GetMobile().GetNationalNumberPattern() + ")$")
			return pattern.MatchString(phonenumbers.GetNationalSignificantNumber(n))
		}
	}
	return false
}

var metadata = func() []*phonenumbers.PhoneMetadata {
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		panic(err)
	}
	return all.GetMetadata()
}()

// eachMobile runs f for the mobile example of every region and every network without one.
func eachMobile(
	t *testing.T, f func(t *testing.T, m *phonenumbers.PhoneMetadata, code, national string),
) {
	for _, m := range metadata {
		if national := m.GetMobile().GetExampleNumber(); national != "" {
			code := strconv.Itoa(int(m.GetCountryCode()))
			t.Run(m.GetId()+"+"+code, func(t *testing.T) {
				t.Parallel()
				f(t, m, code, national)
			})
		}
	}
}

// What people write at home goes before the number: trunk prefixes, carriers' codes, and what is
// neither.
func TestParse_likeLibphonenumberBehindPrefixes(t *testing.T) {
	t.Parallel()
	step := 1
	if testing.Short() || racing {
		step = 7
	}
	eachMobile(t, func(t *testing.T, m *phonenumbers.PhoneMetadata, code, national string) {
		for _, width := range []int{0, 1, 10, 100} {
			for i := 0; i < max(1, 10*width); i += step {
				prefix := strconv.Itoa(max(1, 10*width) + i)[1:]
				if diff := likeLibphonenumber(code + prefix + national); diff != "" {
					t.Error(diff)
				}
			}
		}
	})
}

// Every region's mobile example is read, however it is written.
func TestParse_likeLibphonenumberWritten(t *testing.T) {
	t.Parallel()
	eachMobile(t, func(t *testing.T, m *phonenumbers.PhoneMetadata, code, national string) {
		example, err := phonenumbers.Parse("+"+code+national, "")
		require.NoError(t, err)
		if isSpecial(example) {
			return
		}
		for _, written := range []string{
			"+" + code + national,
			phonenumbers.Format(example, phonenumbers.INTERNATIONAL),
			"+" + code + m.GetNationalPrefix() + national,
			"+" + code + " (" + m.GetNationalPrefix() + ") " + national,
		} {
			want := "+" + code + national
			if m.GetId() == "CO" && strings.Contains(written, "0") {
				want = "" // libphonenumber takes 03 for a carrier's code, and finds too few digits behind it
			}
			bare := strings.TrimPrefix(written, "+")
			for _, to := range []string{written, bare, "00" + bare} {
				n, _ := Parse(to, false)
				assert.Equal(t, want, n.E164, to)
			}
		}
	})
}

// Every number that is one digit away from an example of any kind, with and without the trunk
// prefix, is read as libphonenumber reads it. A third of the digits is tried at each place.
func TestParse_likeLibphonenumberNearby(t *testing.T) {
	t.Parallel()
	for i, m := range metadata {
		if (testing.Short() || racing) && i%5 > 0 {
			continue
		}
		code := strconv.Itoa(int(m.GetCountryCode()))
		t.Run(m.GetId()+"+"+code, func(t *testing.T) {
			t.Parallel()
			for _, desc := range descs(m) {
				national := desc.GetExampleNumber()
				for i := range national {
					for d := '0' + rune(i%3); d <= '9'; d += 3 {
						near := national[:i] + string(d) + national[i+1:]
						for _, digits := range []string{
							code + near, code + near[1:], code + near + "0", code + m.GetNationalPrefix() + near,
						} {
							if diff := likeLibphonenumber(digits); diff != "" {
								t.Error(diff)
							}
						}
					}
				}
			}
		})
	}
}

func descs(m *phonenumbers.PhoneMetadata) []*phonenumbers.PhoneNumberDesc {
	return append(specialDescs(m),
		m.GetMobile(), m.GetFixedLine(), m.GetVoip(), m.GetPager(), m.GetVoicemail())
}

func specialDescs(m *phonenumbers.PhoneMetadata) []*phonenumbers.PhoneNumberDesc {
	return []*phonenumbers.PhoneNumberDesc{
		m.GetPremiumRate(), m.GetTollFree(), m.GetSharedCost(), m.GetPersonalNumber(), m.GetUan(),
	}
}

// Every example of a special service is refused, unless it looks like a mobile number.
func TestParse_special(t *testing.T) {
	t.Parallel()
	examples := map[string]bool{}
	for _, m := range metadata {
		for _, desc := range specialDescs(m) {
			national := desc.GetExampleNumber()
			if national == "" {
				continue
			}
			to := "+" + strconv.Itoa(int(m.GetCountryCode())) + national
			parsed, err := phonenumbers.Parse(to, "")
			require.NoError(t, err)
			examples[to] = true
			if n, err := Parse(to, false); err == nil {
				assert.True(t, looksMobile(parsed), "%s is read as %s", to, n.E164)
			}
		}
	}
	assert.Greater(t, len(examples), 400)
}

var e164Form = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// checkNumber holds what is true of every number, whatever it was read from.
func checkNumber(t *testing.T, to string, bareChina bool) {
	n, err := Parse(to, bareChina)
	if err != nil {
		require.Zero(t, n, "%q", to)
		return
	}
	require.Regexp(t, e164Form, n.E164, "%q", to)
	require.Equal(t, n.E164, "+"+strconv.Itoa(n.CallingCode)+n.National, "%q", to)
	for _, bareChina := range []bool{false, true} {
		again, err := Parse(n.E164, bareChina)
		require.NoError(t, err, "%q", to)
		require.Equal(t, n, again, "%q", to)
	}
}

// What is a number is E.164 and reads as itself: for every calling code, digits of every length,
// leading digits that are and are not trunk prefixes.
func TestParse_readsItself(t *testing.T) {
	t.Parallel()
	for _, c := range callingCodes {
		for _, lead := range []string{"", "0", "00", "000", "06", "0606", "1", "11", "8", "88", "888"} {
			for fill := range 18 {
				for _, digit := range []string{"1", "3", "8", "0"} {
					checkNumber(t, strconv.Itoa(c.code)+lead+strings.Repeat(digit, fill), false)
				}
			}
		}
	}
}

// FuzzParse holds whatever is read against libphonenumber.
func FuzzParse(f *testing.F) {
	for _, to := range []string{
		"8613800138000", "13800138000", "+44 (0)7700 900123", "008613800138000", "610412345678",
		"789123456789", "3606201234567", "62008123456789", "+86\u3000138", "＋86", "++86", "1", "10086",
		"", "+", "54 011 15-2345-6789", "55 0 31 11 96123-4567", "001 65 8312 4567",
		"+1 900 555 1234", "5215512345678", "\u202a+8613800138000\u202c", "+٨٦١٣٨٠٠١٣٨٠٠٠",
	} {
		f.Add(to, false)
		f.Add(to, true)
	}
	f.Fuzz(func(t *testing.T, to string, bareChina bool) {
		checkNumber(t, to, bareChina)
		b, plus, ok := readDigits(nil, to)
		digits := string(b)
		if !ok || !plus && bareChina && isMainlandMobile(digits) {
			return
		}
		if plus {
			parsed, err := phonenumbers.Parse(to, "")
			n, ourErr := Parse(to, bareChina)
			if err == nil && ourErr == nil {
				want := phonenumbers.Format(parsed, phonenumbers.E164)
				require.True(t, n.E164 == want || deviates(want), "%q: %s, %s", to, n.E164, want)
			}
		} else {
			digits = strings.TrimPrefix(digits, "00")
		}
		require.Empty(t, likeLibphonenumber(digits), "%q", to)
	})
}
