package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ given, want string }{
		{"", ""},
		{"FailedOperation.PhoneNumberInBlacklist", "FailedOperation.PhoneNumberInBlacklist"},
		{"A type of one's own", "A type of one's own"},
		{"my_type-of.mine", "my_type-of.mine"},
		{"answer without the number's status", "answer without the number's status"},
		{"Digit1", Hidden},
		{"for 8613681974253", Hidden},
		{"line\nbreak", Hidden},
		{"类型", Hidden},
		{strings.Repeat("x", 100), strings.Repeat("x", 100)},
		{strings.Repeat("x", 101), Hidden},
	} {
		assert.Equal(t, tt.want, Words(tt.given), tt.given)
	}
}

func TestID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ given, want string }{
		{"", ""},
		{"5000:1045710669157053657800000048", "5000:1045710669157053657800000048"},
		{"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000001"},
		{"13681974253", Hidden},
		{"8613681974253", Hidden},
		{"5000:13681974253", Hidden},
		{"+8613681974253", Hidden},
		{"id for you", Hidden},
		{"line\nbreak", Hidden},
		{"编号", Hidden},
		{strings.Repeat("a", 128), strings.Repeat("a", 128)},
		{strings.Repeat("a", 129), Hidden},
	} {
		assert.Equal(t, tt.want, ID(tt.given, "13681974253", "8613681974253", ""), tt.given)
	}
}

func TestTag(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ given, want string }{
		{"", ""},
		{"zh-Hant-HK", "zh-Hant-HK"},
		{"es-419", "es-419"},
		{"en-48261", Hidden},
		{"048261", Hidden},
		{"zh_CN", Hidden},
		{"en US", Hidden},
		{strings.Repeat("en-", 11) + "en", strings.Repeat("en-", 11) + "en"},
		{strings.Repeat("en-", 12) + "en", Hidden},
	} {
		assert.Equal(t, tt.want, Tag(tt.given), tt.given)
	}
}
