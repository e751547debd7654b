package phone

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

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
		{"en dashes", "+86 138–0013–8000", "+8613800138000"},
		{"a minus sign", "+86 138\u22120013\u22128000", "+8613800138000"},
		{"left-to-right marks, as from a phone book", "\u202a+8613800138000\u202c", "+8613800138000"},
		{"a zero-width space", "86138\u200b00138000", "+8613800138000"},
		{"a byte order mark", "\ufeff+8613800138000", "+8613800138000"},
		{"a soft hyphen", "+86138\u00ad00138000", "+8613800138000"},
		{"full-width digits", "８６１３８００１３８０００", "+8613800138000"},
		{"a full-width plus", "＋8613800138000", "+8613800138000"},
		{"all of it full-width", "＋８６（１３８）００１３－８０００", "+8613800138000"},
		{"Arabic digits", "٨٦١٣٨٠٠١٣٨٠٠٠", "+8613800138000"},
		{"Persian digits", "+۹۸۹۱۲۳۴۵۶۷۸۹", "+989123456789"},
		{"Devanagari digits", "+९१९८१२३४५६७८", "+919812345678"},

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
		{"Belarus's 8 0, as it is dialled at home", "37580294911911", "+375294911911"},
		{"Lithuania's 8", "370861234567", "+37061234567"},
		{"Argentina's 15", "54 11 15-2345-6789", "+5491123456789"},
		{"Argentina's 0 and 15", "54 011 15-2345-6789", "+5491123456789"},
		{"Argentina's 15 behind an area code of four digits", "542966151234 56", "+5492966123456"},
		{"Argentina's 9 is part of the number", "5491123456789", "+5491123456789"},
		{"a Brazilian carrier's code", "55 0 31 11 96123-4567", "+5511961234567"},
		{"a Colombian carrier's code", "57 03 321 1234567", "+573211234567"},
		{"a Colombian carrier's code that is long", "57 0456 321 1234567", "+573211234567"},
		{"a Bolivian carrier's code", "591 010 71234567", "+59171234567"},
		{"a Korean carrier's code", "82 082 10 2000 0000", "+821020000000"},
		{"a mainland carrier's code", "86 12593 13800138000", "+8613800138000"},
		{"Belarus's 8 stays in a freephone number", "3758000862940", invalid},
		{"Belarus's 8 stays in a number of no other kind either", "3758012768933", invalid},
		{"Turkmenistan's 8", "993866123456", "+99366123456"},
		{"Hungary's 06", "3606201234567", "+36201234567"},
		{"Hungary's 06, half of it", "360201234567", invalid},
		{"Mongolia's 0", "976088123456", "+97688123456"},
		{"Lithuania's 0", "370061234567", "+37061234567"},
		{"the Marshall Islands' 1", "69212351234", "+6922351234"},
		{"Mexico has none", "5202221234567", invalid},
		{"Gambia's new nine digits", "220833012345", "+220833012345"},
		{"Gambia's old seven", "2203012345", "+2203012345"},
		{"Mexico's old mobile 1", "5212221234567", "+522221234567"},
		{"Mexico's old mobile 1, twice", "52112221234567", invalid},
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
		{"a next line", "86138\u008500138000", invalid},
		{"two pluses, one of them full-width", "＋+8613800138000", invalid},
		{"superscript digits", "⁸⁶13800138000", invalid},
		{"a circled digit", "⑧613800138000", invalid},
		{"NUL", "8613800138000\x00", invalid},
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

		// Numbers that cost money, and numbers that are nobody's.
		{"a premium-rate number of +1", "+1 900 555 1234", invalid},
		{"a toll-free number of +1", "+1 800 555 1234", invalid},
		{"a British personal number", "+44 7012 345678", invalid},
		{"a British personal number with a 0", "+44 07012 345678", invalid},
		{"a British freephone number", "+44 800 123456", invalid},
		{"a mainland 800 number", "+86 800 123 4567", invalid},
		{"a satellite", "+870 773 111 632", invalid},
		{"an international freephone number", "+800 1234 5678", invalid},
		{"a landline", "+44 20 7946 0018", "+442079460018"},
		{"a landline that is shorter than a mobile number", "+49 30 123456", "+4930123456"},
		{"001 before a Singapore number, or Jamaica's", "001 65 8312 4567", invalid},
		{"001 before a mainland number", "001 86 13800138000", invalid},
		{"001 before an American one", "001 650 253 0000", "+16502530000"},
		{"001 1 before an American one", "001 1 650 253 0000", "+16502530000"},
		{"001 before what no mobile number begins with", "001 201 555 0123", "+12015550123"},
		{"the plus makes it +1", "+1 658 312 4567", "+16583124567"},
		{"so does nothing", "1 658 312 4567", "+16583124567"},

		{"twenty digits", "86138001380001234567", invalid},
		{"ten thousand digits", strings.Repeat("86", 5000), invalid},
		{"256 bytes", strings.Repeat(" ", 256-13) + "8613800138000", "+8613800138000"},
		{"257 bytes", strings.Repeat(" ", 257-13) + "8613800138000", invalid},
		{"ten thousand blanks", strings.Repeat(" ", 10_000) + "8613800138000", invalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, err := Parse(tt.to, false)
			assert.Equal(t, tt.want == invalid, err != nil)
			assert.Equal(t, tt.want, n.E164)
			if err != nil {
				assert.Zero(t, n)
				return
			}
			require.NotEmpty(t, tt.want)
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

// The reason is told with as much of the number as may be logged.
func TestParse_error(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, to string
		want     Error
	}{
		{"too few digits", "186123456789", Error{WrongLength, 1, 12, "89"}},
		{"with a trunk prefix", "+44 07700 90012", Error{WrongLength, 44, 12, "12"}},
		{"after 00", "0086138", Error{WrongLength, 86, 7, "38"}},
		{"more digits than any number", "86138001380001234567", Error{WrongLength, 86, 20, ""}},
		{"a calling code alone", "86", Error{WrongLength, 86, 2, ""}},
		{"a mainland landline", "+86 10 1234 56789", Error{WrongForm, 86, 13, "89"}},
		{"a North American area code in 1", "+1 150 253 0000", Error{WrongForm, 1, 11, "00"}},
		{"a premium-rate number", "+1 900 555 1234", Error{Special, 1, 11, "34"}},
		{"a premium-rate number with a 0", "+44 0909 879 0000", Error{Special, 44, 13, "00"}},
		{"a satellite", "+870773111632", Error{Special, 870, 12, "32"}},
		{"no such calling code", "+999 123 4567", Error{NoCallingCode, 0, 10, "67"}},
		{"a national number", "07700900123", Error{NoCallingCode, 0, 11, "23"}},
		{"a service number", "10086", Error{WrongLength, 1, 5, ""}},
		{"a bare mainland number", "138-0013-8000", Error{BareMainland, 0, 11, "00"}},
		{"a bare one that can be a premium-rate number", "1 900 555 1234",
			Error{BareOrSpecial, 0, 11, "34"}},
		{"a bare one that can be a toll-free number", "18885551234",
			Error{BareOrSpecial, 0, 11, "34"}},
		{"one with a plus, which is American", "+13800138000", Error{WrongForm, 1, 11, "00"}},
		{"001", "001 65 8312 4567", Error{Ambiguous, 0, 13, "67"}},
		{"letters", "+86138O0138000", Error{NotANumber, 0, 12, ""}},
		{"a newline", "8613800138000\n", Error{NotANumber, 0, 13, ""}},
		{"two numbers", "8613800138000,8613800138001", Error{NotANumber, 0, 26, ""}},
		{"a code in the number's place", "482913", Error{WrongLength, 48, 6, ""}},
		{"nothing", "", Error{NoCallingCode, 0, 0, ""}},
		{"a long text", strings.Repeat("8", 257), Error{NotANumber, 0, 0, ""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.to, false)
			var got *Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, tt.want, *got)
			assert.Equal(t, "phone: "+tt.want.Kind.String(), err.Error())
		})
	}
	assert.Equal(t, "Kind(0)", Kind(0).String())
}

// Every character of these classes is dropped, and every digit is its value.
func TestParse_unicode(t *testing.T) {
	t.Parallel()
	read := func(r rune) string {
		n, _ := Parse("+86138"+string(r)+"0138000", false)
		return n.E164
	}
	digits := 0
	for r := range rune(unicode.MaxRune + 1) {
		switch {
		case unicode.IsDigit(r):
			n, err := Parse("+861380013800"+string(r), false)
			require.NoError(t, err, "%U", r)
			assert.Equal(t, strconv.Itoa(digits%10), n.E164[len(n.E164)-1:], "%U", r)
			digits++
		case unicode.In(r, unicode.Pd, unicode.Zs, unicode.Cf), r == '\t':
			assert.Empty(t, read(r), "%U is no digit", r)
			n, _ := Parse("+86138"+string(r)+"00138000", false)
			assert.Equal(t, "+8613800138000", n.E164, "%U", r)
		case unicode.In(r, unicode.C, unicode.Z, unicode.L, unicode.No, unicode.Nl):
			n, _ := Parse("+86138"+string(r)+"00138000", false)
			assert.Empty(t, n.E164, "%U", r)
		}
	}
	assert.Greater(t, digits, 600)
}

func BenchmarkParse(b *testing.B) {
	for _, to := range []string{
		"8613800138000", "+44 (0)7700 900123", "10086", strings.Repeat("8", 10_000),
	} {
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
