package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shell is an environment of a process.
func shell(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
}

func TestTheShellStandsOverTheFile(t *testing.T) {
	env, err := loadEnvironment(write(t, ".env", "A=file\nB=file\nC=file\n"), true, shell(map[string]string{"A": "shell", "B": ""}))
	require.NoError(t, err)
	assert.Equal(t, "shell", env.get("A"))
	assert.Empty(t, env.get("B"), "set, though empty")
	assert.Equal(t, "file", env.get("C"))
	assert.Empty(t, env.get("D"))
	assert.Contains(t, env.source(), ".env and the environment")
	env.alone = true
	assert.Equal(t, "file", env.get("A"))
}

func TestAFileThatIsntThere(t *testing.T) {
	env, err := loadEnvironment("nowhere.env", false, shell(map[string]string{"A": "shell"}))
	require.NoError(t, err)
	assert.Equal(t, "shell", env.get("A"))
	assert.Equal(t, "the environment", env.source())
	_, err = loadEnvironment("nowhere.env", true, shell(nil))
	assert.ErrorContains(t, err, "nowhere.env: no such file")
}

// The parser's errors quote the file.
func TestABadLineIsNamedAndNotQuoted(t *testing.T) {
	for text, line := range map[string]string{
		"TENCENT_SECRET_ID=AKIDsecret\nTENCENT_SECRET_KEY secret\nA=1\n": "line 2",
		"?secret\n":                  "line 1",
		"A='1\n2'\nB=1\n?secret=1\n": "line 4",
		"A=1\nB='secret\nC=1\n":      "line 2",
	} {
		_, err := loadEnvironment(write(t, ".env", text), true, shell(nil))
		require.Error(t, err)
		assert.Contains(t, err.Error(), line+": must be NAME=value or a comment", text)
		assert.NotContains(t, err.Error(), "secret")
	}
}

func TestCommentsBehindValues(t *testing.T) {
	env, err := loadEnvironment(write(t, ".env", "# A=1 # x\nB=1 # x\n C = 1\t#x\nD='1 # x'\nE=\"#\"\nF=1#2\nG= # x\nexport H=1 2 # x\n"), true, shell(nil))
	require.NoError(t, err)
	assert.Equal(t, []string{"B", "C", "H"}, env.commented)
}

func TestTheOperatorsKey(t *testing.T) {
	const file = "TENCENT_SECRET_ID=file\nTENCENT_SECRET_KEY=file-key\nTENCENT_TOKEN=file-token\n"
	for name, test := range map[string]struct {
		file  string
		shell map[string]string
		want  []string // id, key, token; or the error
	}{
		"of the file": {file, nil, []string{"file", "file-key", "file-token"}},
		"of the shell, without the file's token": {file, map[string]string{"TENCENT_SECRET_ID": " shell ", "TENCENT_SECRET_KEY": "shell-key"},
			[]string{"shell", "shell-key", ""}},
		"by the other names": {"", map[string]string{"TENCENTCLOUD_SECRET_ID": "a", "TENCENTCLOUD_SECRET_KEY": "b", "TENCENTCLOUD_TOKEN": "c"},
			[]string{"a", "b", "c"}},
		"by both names": {file, map[string]string{"TENCENTCLOUD_SECRET_ID": "a", "TENCENTCLOUD_SECRET_KEY": "b", "TENCENT_SECRET_ID": "c", "TENCENT_SECRET_KEY": "d"},
			[]string{"c", "d", ""}},
		"half of one": {"", map[string]string{"TENCENT_SECRET_ID": "a"}, []string{"of TENCENT_SECRET_ID and TENCENT_SECRET_KEY only one is set"}},
		"none":        {"TENCENT_SECRET_ID=\n", nil, []string{"TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set"}},
	} {
		t.Run(name, func(t *testing.T) {
			env, err := loadEnvironment(write(t, ".env", test.file), true, shell(test.shell))
			require.NoError(t, err)
			key, err := env.key()
			if len(test.want) == 1 {
				require.EqualError(t, err, test.want[0])
				return
			}
			require.NoError(t, err)
			id, secret, token := key.GetCredential()
			assert.Equal(t, test.want, []string{id, secret, token})
		})
	}
}

func TestNamesOfSettings(t *testing.T) {
	names := settingNames()
	assert.Contains(t, names, "SECRET_NAME")
	assert.Contains(t, names, "LOG_LEVEL")
	assert.NotContains(t, names, "TENCENTCLOUD_REGION")
	assert.Len(t, names, 16)
}
