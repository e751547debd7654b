package check

import (
	"context"
	"errors"
	"fmt"
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
		add("Redis", unreachable(server, err))
		return rows
	}
	defer c.Close()
	address := server.Address
	if x.Sim != nil {
		address = "simulated"
	}
	add("Redis", right("reached ("+address+")"))
	if x.held == nil {
		return rows // its password is in the secret, whose row says why it could not be read
	}
	password, _ := x.held.ForLimits()
	_ = add("password", passwordRow(c, password)) &&
		add("database", databaseRow(c, server.Database)) &&
		add("EVAL", scriptRow(c, x.Settings.SMS.AppID)) &&
		add("version", versionRow(c)) &&
		add("round trip", roundTripRow(c))
	return rows
}

// unreachable is the row of a Redis that there is no connection to. A private address is often one
// that only the function reaches.
func unreachable(s limits.Server, err error) row {
	reason := err.Error()
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		reason = operation.Err.Error() // without the addresses
	}
	detail := s.Address + " can't be reached from here: " + reason
	host, _, _ := net.SplitHostPort(s.Address)
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsLoopback() && !s.TLS {
		return unclear(detail+"; this machine isn't in its VPC, it seems",
			"whether the function reaches it, the function's log says: limits is away if not")
	}
	return wrong(detail, "correct REDIS_URL, or start the Redis")
}

// refusal is the code of an error of Redis's, or why there is no answer. It holds nothing that was
// sent.
func refusal(err error) string {
	if e, ok := errors.AsType[redis.Error](err); ok {
		code, _, _ := strings.Cut(string(e), " ")
		return code
	}
	return "no answer"
}

func passwordRow(c redis.Conn, password string) row {
	const field = "redisPassword in the secret"
	if password == "" {
		_, err := c.Do("PING")
		switch {
		case err == nil:
			return right("none is asked for")
		case refusal(err) == "NOAUTH":
			return wrong("the Redis wants one, and the secret has none", "put it into "+field)
		}
		return notReady(err)
	}
	_, err := c.Do("AUTH", password)
	switch {
	case err == nil:
		return right("accepted")
	case strings.Contains(err.Error(), "no password is set"),
		strings.Contains(err.Error(), "without any password configured"):
		return wrong("the Redis wants none and refuses one", "take out "+field)
	case refusal(err) == "WRONGPASS", strings.Contains(err.Error(), "invalid password"):
		return wrong("not accepted: "+refusal(err), "correct "+field)
	}
	return notReady(err)
}

func notReady(err error) row {
	return unclear("not known: "+refusal(err), "check again in a moment")
}

func databaseRow(c redis.Conn, database int) row {
	if database != 0 {
		if _, err := c.Do("SELECT", database); err != nil {
			return wrong(fmt.Sprintf("there is no database %d: %s", database, refusal(err)),
				"correct the number behind the port in REDIS_URL")
		}
	}
	return right(strconv.Itoa(database))
}

// scriptRow runs a script of the kind that the function runs: it reads the clock, and then uses a
// command that writes. Here that is the deletion of what isn't there.
func scriptRow(c redis.Conn, appID string) row {
	const script = "local time = redis.call('TIME') redis.call('DEL', KEYS[1]) return time[1]"
	_, err := c.Do("EVAL", script, 1, "scf-sms:{"+appID+"}:check")
	switch code := refusal(err); {
	case err == nil:
		return right("may be run, and may write")
	case code == "READONLY":
		return wrong("refused: this is a replica, which only reads", "name the primary in REDIS_URL")
	case code == "MOVED", code == "CROSSSLOT":
		return wrong("refused: this is a node of a cluster, and not the one with our keys",
			"name the cluster's proxy in REDIS_URL, or take a Redis of the standard architecture")
	case code == "LOADING", code == "BUSY", code == "no answer":
		return notReady(err)
	default:
		return wrong("refused: "+code, "allow EVAL and EVALSHA to the account, and take Redis 5 or "+
			"newer")
	}
}

func versionRow(c redis.Conn) row { return versionOf(redis.String(c.Do("INFO", "server"))) }

// versionOf is the row of what INFO answered.
func versionOf(info string, err error) row {
	const tested = "tested is 7.0; 5 and newer, and Valkey, are right by their documents"
	// Valkey says both, the other one for what goes by it.
	name, find := "Redis", regexp.MustCompile(`(?m)^redis_version:((\d+)\S*)`)
	if strings.Contains(info, "valkey_version:") {
		name, find = "Valkey", regexp.MustCompile(`(?m)^valkey_version:((\d+)\S*)`)
	}
	match := find.FindStringSubmatch(info)
	if err != nil {
		return unclear("not known: "+refusal(err), tested)
	}
	if match == nil {
		return unclear("not known: INFO doesn't say", tested)
	}
	if major, _ := strconv.Atoi(match[2]); major < 5 {
		return wrong(name+" "+match[1]+" is too old", tested)
	}
	return right(name + " " + match[1])
}

// roundTripRow measures how long Redis takes to answer, at best. Each SMS waits for two answers.
func roundTripRow(c redis.Conn) row {
	const tries, slow = 5, 25 * time.Millisecond
	best := redisTimeout
	for range tries {
		began := time.Now()
		if _, err := c.Do("PING"); err != nil {
			return notReady(err)
		}
		best = min(best, time.Since(began))
	}
	detail := fmt.Sprintf("%.1f ms; each SMS takes two", float64(best.Microseconds())/1000)
	if best > slow {
		return warning(detail, "take a Redis in the function's region and VPC: after 250 ms it "+
			"counts as away")
	}
	return right(detail)
}
