package check

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"scf-sms/internal/limits"
)

// redisTimeout bounds each exchange with Redis.
const redisTimeout = 3 * time.Second

// redisRows asks the Redis of REDIS_URL for what the function will want of it. It leaves nothing
// there.
func (x *run) redisRows(ctx context.Context) (rows report) {
	server := x.Settings.Redis
	if server.Address == "" {
		return nil
	}
	rows = x.limitsRows()
	add := func(check string, found row) bool {
		rows.add(groupRedis, check, found)
		return found.Status == passed
	}
	c, err := redis.DialContext(ctx, "tcp", server.Address, redis.DialUseTLS(server.TLS),
		redis.DialConnectTimeout(redisTimeout), redis.DialReadTimeout(redisTimeout),
		redis.DialWriteTimeout(redisTimeout))
	if err != nil {
		add("Redis", x.unreachable(err))
		return rows
	}
	defer c.Close()
	reached := x.Say("check.redis", server.Address)
	if x.Sim != nil {
		reached = x.Say("check.redis.simulated")
	}
	add("Redis", right(reached))
	if x.held == nil {
		return rows // its password is in the secret, whose row says why it could not be read
	}
	password, _ := x.held.ForLimits()
	_ = add("password", x.passwordRow(c, password)) &&
		add("database", x.databaseRow(c, server.Database)) &&
		add("EVAL", x.scriptRow(c, x.Settings.SMS.AppID)) &&
		add("version", x.versionOf(redis.String(c.Do("INFO", "server")))) &&
		add("round trip", x.roundTripRow(c))
	return rows
}

// unreachable is the row of a Redis that there is no connection to. A private address is often one
// that only the function reaches.
func (x *run) unreachable(err error) row {
	s := x.Settings.Redis
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return wrong(x.Say("check.redis.untrusted", s.Address), x.Hint(limits.NotTrusted.Hint()))
	}
	reason := err.Error()
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		reason = operation.Err.Error() // without the addresses
	}
	detail := x.Say("check.redis.away", s.Address, x.Hint(reason))
	host, _, _ := net.SplitHostPort(s.Address)
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsLoopback() && !s.TLS {
		return unclear(x.Say("check.redis.outside", detail), x.Say("check.redis.outside.todo"))
	}
	return wrong(detail, x.Say("check.redis.away.todo"))
}

// refusal is the code of an error of Redis's, or why there is no answer. It holds nothing that was
// sent.
func (x *run) refusal(err error) string {
	if e, ok := errors.AsType[redis.Error](err); ok {
		code, _, _ := strings.Cut(string(e), " ")
		return code
	}
	return x.Say("check.redis.silent")
}

func (x *run) passwordRow(c redis.Conn, password string) row {
	var err error
	if password == "" {
		_, err = c.Do("PING")
	} else {
		_, err = c.Do("AUTH", password)
	}
	switch {
	case err == nil && password == "":
		return right(x.Say("check.password.none"))
	case err == nil:
		return right(x.Say("check.accepted"))
	case limits.Explain(err, limits.PasswordRefused) != limits.PasswordRefused:
		return x.notReady(err)
	case password == "":
		return wrong(x.Say("check.password.missing"), x.Say("check.password.missing.todo"))
	case strings.Contains(err.Error(), "no password is set"),
		strings.Contains(err.Error(), "without any password configured"):
		return wrong(x.Say("check.password.unwanted"), x.Say("check.password.unwanted.todo"))
	}
	return wrong(x.Say("check.notAccepted", x.refusal(err)), x.Say("check.password.wrong.todo"))
}

func (x *run) notReady(err error) row {
	return unclear(x.Say("check.unknown", x.refusal(err)), x.Say("check.again"))
}

func (x *run) databaseRow(c redis.Conn, database int) row {
	if database != 0 {
		_, err := c.Do("SELECT", database)
		if err != nil && !limits.Explain(err, limits.DatabaseRefused).Lasting() {
			return x.notReady(err)
		}
		if err != nil {
			return wrong(x.Say("check.database.none", database, x.refusal(err)),
				x.Say("check.database.none.todo"))
		}
	}
	return right(strconv.Itoa(database))
}

// scriptRow lets Redis run the scripts that the function runs.
func (x *run) scriptRow(c redis.Conn, appID string) row {
	err := limits.Try(c, appID)
	if err == nil {
		return right(x.Say("check.eval"))
	}
	cause := limits.Explain(err, limits.ScriptRefused)
	full := strings.Contains(err.Error(), "OOM") // it doesn't pass by itself
	if !cause.Lasting() && !full {
		return x.notReady(err)
	}
	return wrong(x.Say("check.refused", x.refusal(err)), x.Hint(cause.Hint()))
}

// versionOf is the row of what INFO answered.
func (x *run) versionOf(info string, err error) row {
	tested := x.Say("check.version.todo")
	// Valkey says both, the other one for what goes by it.
	name, find := "Redis", regexp.MustCompile(`(?m)^redis_version:((\d+)\S*)`)
	if strings.Contains(info, "valkey_version:") {
		name, find = "Valkey", regexp.MustCompile(`(?m)^valkey_version:((\d+)\S*)`)
	}
	match := find.FindStringSubmatch(info)
	if err != nil {
		return unclear(x.Say("check.unknown", x.refusal(err)), tested)
	}
	if match == nil {
		return unclear(x.Say("check.version.none"), tested)
	}
	if major, _ := strconv.Atoi(match[2]); major < 5 {
		return wrong(x.Say("check.version.old", name, match[1]), tested)
	}
	return right(name + " " + match[1])
}

// roundTripRow measures how long Redis takes to answer, at best. Each SMS waits for two answers.
// One that is simulated is as fast as this machine, which says nothing of the real one.
func (x *run) roundTripRow(c redis.Conn) row {
	const tries, slow = 5, 25 * time.Millisecond
	best := redisTimeout
	for range tries {
		began := time.Now()
		if _, err := c.Do("PING"); err != nil {
			return x.notReady(err)
		}
		best = min(best, time.Since(began))
	}
	detail := x.Say("check.roundTrip", float64(best.Microseconds())/1000)
	if best > slow && x.Sim == nil {
		return warning(detail, x.Say("check.roundTrip.todo"))
	}
	return right(detail)
}
