package operator

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// shell is an environment of a process.
func shell(variables map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { value, ok := variables[name]; return value, ok }
}

func TestTheShellStandsOverTheFile(t *testing.T) {
	t.Parallel()
	env, err := ReadEnv(write(t, ".env",
		"A=file\nB=file\nC=file\n"), shell(map[string]string{"A": "shell", "B": ""}))
	require.NoError(t, err)
	assert.Equal(t, "shell", env.Get("A"))
	assert.Empty(t, env.Get("B"), "set, though empty")
	assert.Equal(t, "file", env.Get("C"))
	assert.Empty(t, env.Get("D"))
	assert.Contains(t, env.Source(), ".env and the environment")
	env.alone = true
	assert.Equal(t, "file", env.Get("A"))
}

func TestAFileThatIsntThere(t *testing.T) {
	t.Parallel()
	env, err := ReadEnv("", shell(map[string]string{"A": "shell"}))
	require.NoError(t, err)
	assert.Equal(t, "shell", env.Get("A"))
	assert.Equal(t, "the environment", env.Source())
	_, err = ReadEnv("nowhere.env", shell(nil))
	assert.ErrorContains(t, err, "nowhere.env: no such file")
}

func TestDotenvAsScfReadsIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // the value of X; "-" for none
		"X=1":                         "1",
		" X = 1 ":                     "1",
		"X=":                          "",
		"X=1\nX=2":                    "2",
		"X=1\nX=":                     "",
		"X=1\r\nY=2":                  "1",
		"X=1\rY=2":                    "1",
		"\ufeffX=1":                   "1",
		"\u3000X\u3000=\u30001\u3000": "1",
		`X="1"`:                       "1",
		`X='1'`:                       "1",
		`X=" 1 "`:                     " 1 ",
		`X="1\n2"`:                    "1\n2",
		`X='1\n2'`:                    `1\n2`,
		`X="1`:                        `"1`,
		`X="`:                         `"`,
		`X='1' `:                      `'1'`,
		`X='1' # one`:                 `'1' # one`,
		"X=1 # one":                   "1 # one",
		"X=1#2":                       "1#2",
		"X=$Y":                        "$Y",
		"X=a=b":                       "a=b",
		"X='1\n2'":                    "'1",
		"# X=1":                       "-",
		"export X=1":                  "-",
		"X: 1":                        "-",
		"XY=1":                        "-",
		"x=1":                         "-",
	} {
		value, ok := parseDotenv(text).values["X"]
		if !ok {
			value = "-"
		}
		assert.Equal(t, want, value, "%q", text)
	}
}

func TestCommentsBehindValues(t *testing.T) {
	t.Parallel()
	d := parseDotenv("# A=1 # x\nB=1 # x\n C = 1\t#x\nD='1 # x'\nE=\"#\"\nF=1#2\nG= # x\nB=2 # y\n")
	assert.Equal(t, []string{"B", "C", "G"}, d.Commented)
}

func TestLinesThatSetNothing(t *testing.T) {
	t.Parallel()
	d := parseDotenv(
		"\ufeff# a comment\r\n\r\n \t\nA=1\nexport B=2\nC: 3\nD 4\n'\n\texport\tE =5\n")
	assert.Equal(t, []UnreadLine{{5, "B"}, {6, "C"}, {7, ""}, {8, ""}, {9, "E"}}, d.Unread)
}

func TestFindEnv(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files []string
		want  string
	}{
		"none":                             {nil, ""},
		"that of the stage":                {[]string{".env", ".env.test"}, ".env.test"},
		"not that of another stage":        {[]string{".env", ".env.prod"}, ".env"},
		"the nearest":                      {[]string{"../.env.test", ".env"}, ".env"},
		"one folder up":                    {[]string{"../.env", "../../.env.test"}, "../.env"},
		"one folder up, that of the stage": {[]string{"../.env", "../.env.test"}, "../.env.test"},
		"two folders up":                   {[]string{"../../.env", "../../../.env"}, "../../.env"},
		"not three folders up":             {[]string{"../../../.env"}, ""},
		"not a folder of that name":        {[]string{".env.test/x", ".env"}, ".env"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "1", "2", "3")
			require.NoError(t, os.MkdirAll(dir, 0o755))
			for _, file := range tt.files {
				path := filepath.Join(dir, file)
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, nil, 0o600))
			}
			want := ""
			if tt.want != "" {
				want = filepath.Join(dir, tt.want)
			}
			require.Equal(t, want, FindEnv(dir, "test"))
		})
	}
	t.Run("a symbolic link", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		require.NoError(t, os.Symlink(write(t, "settings", ""), filepath.Join(dir, ".env")))
		require.Equal(t, filepath.Join(dir, ".env"), FindEnv(dir, "dev"))
	})
}

func TestTheOperatorsKey(t *testing.T) {
	t.Parallel()
	const file = "TENCENT_SECRET_ID=file\nTENCENT_SECRET_KEY=file-key\nTENCENT_TOKEN=file-token\n"
	for name, tt := range map[string]struct {
		file  string
		shell map[string]string
		want  []string // id, key, token; or the error
	}{
		"of the file": {file, nil, []string{"file", "file-key", "file-token"}},
		"of the shell, without the file's token": {file,
			map[string]string{"TENCENT_SECRET_ID": " shell ", "TENCENT_SECRET_KEY": "shell-key"},
			[]string{"shell", "shell-key", ""}},
		"by the other names": {"", map[string]string{"TENCENTCLOUD_SECRET_ID": "a",
			"TENCENTCLOUD_SECRET_KEY": "b", "TENCENTCLOUD_TOKEN": "c"},
			[]string{"a", "b", "c"}},
		"by both names": {file, map[string]string{"TENCENTCLOUD_SECRET_ID": "a",
			"TENCENTCLOUD_SECRET_KEY": "b", "TENCENT_SECRET_ID": "c", "TENCENT_SECRET_KEY": "d"},
			[]string{"c", "d", ""}},
		"half of one": {"", map[string]string{"TENCENT_SECRET_ID": "a"},
			[]string{"of TENCENT_SECRET_ID and TENCENT_SECRET_KEY only one is set"}},
		"none": {"TENCENT_SECRET_ID=\n", nil,
			[]string{"TENCENT_SECRET_ID and TENCENT_SECRET_KEY are not set"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, err := ReadEnv(write(t, ".env", tt.file), shell(tt.shell))
			require.NoError(t, err)
			key, err := env.key()
			if len(tt.want) == 1 {
				require.EqualError(t, err, tt.want[0])
				return
			}
			require.NoError(t, err)
			id, secret, token := key.GetCredential()
			assert.Equal(t, tt.want, []string{id, secret, token})
		})
	}
}

// write makes a file with the text in a folder of its own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}
