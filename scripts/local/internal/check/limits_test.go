package check

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/gomodule/redigo/redis"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/limits"
	"scf-sms/internal/redissim"
	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"
)

// held is a change of a secret's value.
func held(old, new string) func(*operator.Account) {
	return func(a *operator.Account) {
		a.Sim.Cloud.Update(func(c *cloudsim.Account) {
			version := c.Secrets[0].Versions["SSM_Current"]
			version.String = strings.Replace(version.String, old, new, 1)
			c.Secrets[0].Versions["SSM_Current"] = version
		})
	}
}

func TestWhatCanBeWrongWithRedis(t *testing.T) {
	t.Parallel()
	fault := func(f redissim.Fault) func(*operator.Account) {
		return func(a *operator.Account) { a.Sim.Redis.SetFault(f) }
	}
	const password = `, "redisPassword": "example-redis-password"`
	for name, tt := range map[string]struct {
		change func(*operator.Account)
		check  string
		status status
		detail string
		todo   string // is in it
	}{
		"nothing": {func(*operator.Account) {}, "EVAL", passed, "may be run, and may write", ""},
		"nobody listens": {func(a *operator.Account) { a.Sim.Redis.Close() },
			"Redis", failed, "", "start the Redis"},
		"another password": {held("example-redis", "other"), "password", failed,
			"not accepted: WRONGPASS", "correct redisPassword"},
		"no password": {held(password, ""), "password", failed,
			"the Redis wants one, and the secret has none", "put it into redisPassword"},
		"a password for nothing": {func(a *operator.Account) { a.Sim.Redis.SetPassword("") },
			"password", failed, "the Redis wants none and refuses one", "take out redisPassword"},
		"neither wants one": {func(a *operator.Account) {
			held(password, "")(a)
			a.Sim.Redis.SetPassword("")
		}, "password", passed, "none is asked for", ""},
		"a replica": {fault(redissim.Replica), "EVAL", failed,
			"refused: READONLY", "the address of the primary"},
		"it is loading": {fault(redissim.Loading), "password", unknown, "not known: LOADING",
			"in a moment"},
		"no such database": {func(a *operator.Account) { a.Settings.Redis.Database = 99 },
			"database", passed, "99", ""}, // to miniredis there is
		"no hashKey": {held(`, "hashKey": "example-hash-key"`, ""), "hashKey", warned,
			"the secret has none: when the AccessKey is rotated, all counters begin anew, and for up " +
				"to 10m twice the limits may pass", "openssl rand"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := operatortest.Simulated(t, "")
			tt.change(a)
			rows := all(t.Context(), a)
			r := find(rows, tt.check)
			assert.Equal(t, tt.status, r.Status, r.Detail)
			if tt.detail != "" {
				assert.Equal(t, tt.detail, r.Detail)
			}
			assert.Contains(t, r.Todo, tt.todo)
			for _, r := range rows {
				operatortest.NoSecrets(t, r.Detail+r.Todo)
			}
		})
	}
}

func TestSimulatedRedisOfOnesOwnSettings(t *testing.T) {
	t.Parallel()
	env := operatortest.CompleteEnv + "REDIS_URL=redis://10.0.0.86:6379/0\n"
	rows := all(t.Context(), operatortest.Simulated(t, operatortest.Write(t, ".env", env)))
	assert.Equal(t, "reached (simulated)", find(rows, "Redis").Detail)
	rows = all(t.Context(), operatortest.Simulated(t,
		operatortest.Write(t, ".env", operatortest.CompleteEnv)))
	assert.Empty(t, find(rows, "limits"), "without REDIS_URL there are none")
}

func TestLimits_thatAreWrong(t *testing.T) {
	t.Parallel()
	env := operatortest.CompleteEnv + "REDIS_URL=redis://10.0.0.86\nLIMITS={\"number\": \"5\"}\n"
	rows := all(t.Context(), operatortest.Simulated(t, operatortest.Write(t, ".env", env)))
	assert.Contains(t, find(rows, "LIMITS").Detail, `"5" is not N/W`)
	assert.Empty(t, find(rows, "limits"), "none are in force")
	assert.Equal(t, passed, find(rows, "EVAL").Status)
}

// startServer starts a real server with the password of the simulated secret.
func startServer(t *testing.T) (address string) {
	server, err := redissim.StartServer("--requirepass", "example-redis-password")
	if errors.Is(err, redissim.ErrNoServer) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return server.Addr
}

// The rows that a real server brings, and that a check leaves nothing there.
func TestRealRedis(t *testing.T) {
	t.Parallel()
	address := startServer(t)
	a := operatortest.Simulated(t, "")
	a.Settings.Redis.Address = address
	rows := all(t.Context(), a)
	require.Zero(t, tally(rows)[failed], rows)
	require.Equal(t, "accepted", find(rows, "password").Detail)
	require.Equal(t, "may be run, and may write", find(rows, "EVAL").Detail)
	require.Regexp(t, `^(Redis|Valkey) \d+\.\d+\.\d+$`, find(rows, "version").Detail)

	a.Settings.Redis.Database = 99
	require.Equal(t, "there is no database 99: ERR", find(all(t.Context(), a), "database").Detail)
}

// A server that runs scripts, and not those of the function.
func TestRealRedis_thatRefusesTheScripts(t *testing.T) {
	t.Parallel()
	address := startServer(t)
	c, err := redis.Dial("tcp", address, redis.DialPassword("example-redis-password"))
	require.NoError(t, err)
	defer c.Close()
	for _, tt := range []struct {
		name, is     string // a command, with blanks between its words
		detail, todo string
		was          string // the command that ends it
	}{
		{"its memory is full", "CONFIG SET maxmemory 1", "refused: OOM", "no room for more data",
			"CONFIG SET maxmemory 0"},
		{"it takes no script by its hash", "ACL SETUSER default -evalsha", "refused: NOPERM", "EVALSHA",
			"ACL SETUSER default +evalsha"},
		{"it counts nothing", "ACL SETUSER default -hincrby", "refused: ERR", "EVALSHA",
			"ACL SETUSER default +hincrby"},
		{"nor does it give back", "ACL SETUSER default -hget", "refused: ERR", "EVALSHA",
			"ACL SETUSER default +hget"},
		{"it does all of it", "FLUSHALL", "may be run, and may write", "", "PING"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run := func(command string) {
				words := strings.Fields(command)
				_, err := c.Do(words[0], redis.Args{}.AddFlat(words[1:])...)
				require.NoError(t, err)
			}
			run(tt.is)
			defer run(tt.was)
			a := operatortest.Simulated(t, "")
			a.Settings.Redis.Address = address
			r := find(all(t.Context(), a), "EVAL")
			require.Equal(t, tt.detail, r.Detail)
			require.Contains(t, r.Todo, tt.todo)
			require.Equal(t, tt.todo == "", r.Status == passed)
		})
	}
	keys, err := redis.Strings(c.Do("KEYS", "*"))
	require.NoError(t, err)
	require.Empty(t, keys)
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	timeout := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("i/o timeout")}
	for name, tt := range map[string]struct {
		server limits.Server
		status status
		detail string
	}{
		"an address of a VPC is, perhaps, one that only the function reaches": {
			limits.Server{Address: "10.0.0.86:6379"}, unknown, "10.0.0.86:6379 can't be reached from " +
				"here: i/o timeout; this machine isn't in its VPC, it seems"},
		"one of this machine isn't": {limits.Server{Address: "127.0.0.1:6379"}, failed,
			"127.0.0.1:6379 can't be reached from here: i/o timeout"},
		"nor one of the internet": {limits.Server{Address: "redis.example.com:6379", TLS: true},
			failed, "redis.example.com:6379 can't be reached from here: i/o timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newRun(&operator.Account{Settings: settings.Settings{Redis: tt.server}})
			r := x.unreachable(timeout)
			assert.Equal(t, tt.status, r.Status)
			assert.Equal(t, tt.detail, r.Detail)
			assert.NotEmpty(t, r.Todo)
		})
	}
}

// A certificate that isn't trusted is not a Redis that can't be reached.
func TestRedisOfAPrivateCA(t *testing.T) {
	t.Parallel()
	pki := httptest.NewTLSServer(nil)
	defer pki.Close()
	private := miniredis.NewMiniRedis()
	require.NoError(t, private.StartTLS(&tls.Config{Certificates: pki.TLS.Certificates}))
	defer private.Close()

	a := operatortest.Simulated(t, "")
	a.Settings.Redis = limits.Server{Address: private.Addr(), TLS: true}
	r := find(all(t.Context(), a), "Redis")
	require.Equal(t, failed, r.Status)
	require.Equal(t, "the certificate of "+private.Addr()+" isn't trusted", r.Detail)
	require.Contains(t, r.Todo, "SSL_CERT_FILE must name a file with that CA")
}

func TestVersionsOfRedis(t *testing.T) {
	t.Parallel()
	for info, want := range map[string]string{
		"redis_version:7.0.15\r\n":                          "ok Redis 7.0.15",
		"redis_version:7.2.4\r\nvalkey_version:8.0.1\r\n":   "ok Valkey 8.0.1",
		"redis_version:4.0.14\r\nredis_mode:standalone\r\n": "wrong Redis 4.0.14 is too old",
		"redis_mode:proxy\r\n":                              "unknown not known: INFO doesn't say",
	} {
		r := newRun(&operator.Account{}).versionOf(info, nil)
		assert.Equal(t, want, string(r.Status)+" "+r.Detail)
	}
}

func TestLimitsInForce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		limits, allowed string
		status          status
		todo            string // is in it
		detail          string
	}{
		"the defaults, for mainland China": {`{}`, "86", passed, `"observe": true`,
			"number 1/30s, 5/1h, 10/24h; block 30/1h; callingCode 86 none; " +
				"each other callingCode 100/1h; total none; ip none; dedupe 1m; away open"},
		"the defaults, for Hong Kong too": {`{"total": "1000/1h"}`, "86,852", warned,
			"after 100 SMS within 1h to +852 the next is refused", ""},
		"the defaults, for many": {`{}`, "1,33,44,852,853", warned,
			"after 100 SMS within 1h to +1, +33, +44, or one of 2 more the next is refused", ""},
		"a limit for each": {`{"callingCode": {"852": "1000/1h"}}`, "86,852", passed, "observe", ""},
		"limits that somebody thought about": {
			`{"callingCode": {"*": "50/1h"}, "dedupe": "none", "away": "closed"}`, "86,852", passed, "",
			"number 1/30s, 5/1h, 10/24h; block 30/1h; callingCode 86 none; " +
				"each other callingCode 50/1h; total none; ip none; dedupe none; away closed"},
		"observe": {`{"observe": true, "callingCode": "none"}`, "", warned, "take observe out",
			"nothing is refused, as observe is on; counted are number 1/30s, 5/1h, 10/24h; " +
				"block 30/1h; each other callingCode none; total none; ip none; dedupe 1m; away open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings.Read(func(name string) string {
				return map[string]string{"LIMITS": tt.limits, "ALLOWED_CALLING_CODES": tt.allowed,
					"REDIS_URL": "redis://127.0.0.1"}[name]
			})
			r := limitsRow(&operator.Account{Settings: s})
			assert.Equal(t, tt.status, r.Status)
			assert.Contains(t, r.Todo, tt.todo)
			if tt.detail != "" {
				assert.Equal(t, tt.detail, r.Detail)
			}
		})
	}
}

// A function without the VPC can't reach its Redis, and one without the public network nothing else.
func TestVPC(t *testing.T) {
	t.Parallel()
	const head = "component: scf\ninputs:\n  environment: {variables: {SECRET_NAME: x}}\n"
	for yml, want := range map[string]string{
		"": "wrong serverless.yml has no vpcConfig: the function can't reach 10.0.0.86",
		"  vpcConfig: {vpcId: vpc-1, subnetId: subnet-1}\n": "ok serverless.yml names one, and the " +
			"public network stays on",
		"  vpcConfig: {vpcId: vpc-1, subnetId: subnet-1}\n  publicAccess: false\n": "wrong " +
			"publicAccess is false in serverless.yml: the function can't reach SSM and SMS",
	} {
		d, err := operator.ReadDeployment(operatortest.Write(t, "serverless.yml", head+yml))
		require.NoError(t, err)
		r := vpcRow(&operator.Account{Deployed: d}, "10.0.0.86")
		assert.Equal(t, want, string(r.Status)+" "+r.Detail)
	}
	assert.Empty(t, vpcRow(&operator.Account{}, "10.0.0.86"), "there is no serverless.yml")
}
