package secrets

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
)

var _ common.CredentialIface = (*Key)(nil)

func TestKey_equalByItsTexts(t *testing.T) {
	t.Parallel()
	key := NewKey("minsc", "boo", "hamster")
	for _, tt := range []struct {
		name  string
		other *Key
		want  bool
	}{
		{"itself", key, true},
		{"another with the same texts", NewKey("minsc", "boo", "hamster"), true},
		{"another id", NewKey("jaheira", "boo", "hamster"), false},
		{"another secret", NewKey("minsc", "bop", "hamster"), false},
		{"another token", NewKey("minsc", "boo", "squirrel"), false},
		{"no token", NewKey("minsc", "boo", ""), false},
		{"texts cut elsewhere", NewKey("minscb", "oo", "hamster"), false},
		{"none", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, key.Equal(tt.other))
			require.Equal(t, tt.want, tt.other.Equal(key))
		})
	}
	require.True(t, (*Key)(nil).Equal(nil))
}

func TestKey_isNeverPrinted(t *testing.T) {
	t.Parallel()
	key := NewKey("AKIDhunter2", "swordfish", "rosebud")
	id, secret, token := key.GetCredential()
	require.Equal(t, []string{"AKIDhunter2", "swordfish", "rosebud"}, []string{id, secret, token})
	requireNotPrinted(t,
		everyFormatOf(t, key, *key, &key, []*Key{key}, map[string]*Key{"k": key},
			struct{ Key *Key }{key}, struct{ key Key }{*key}),
		"AKIDhunter2", "swordfish", "rosebud")
}
