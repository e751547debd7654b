// Package dependability proves what scf-sms promises about sending, secrets and resources. It has
// tests only. They run the function against the simulated cloud, and as the real binary where a
// process is part of the promise. What each of them proves:
//
// [TestAtMostOneSMS]: no request becomes more than one message, whatever happens to connections,
// to the account and to the answers. Each request is answered within its time, with the status
// that the contract has for what happened. Sequences of one to five requests are drawn at random.
// The contract's table stands in contract_test.go and the secret's life in model_test.go, both
// apart from the code under test. Every eighth sequence runs over TLS, and two of three with the
// guard on, in front of miniredis and of a redis-server where there is one. A failure names the
// command that repeats it.
//
// A busy machine can make a sequence go wrong, so one with such an excuse is run again. The figure
// counts the repeats by cause, and there is a limit for each: at most 0.5 % of the sequences may
// have a request on a dead connection, which is also how a broken check of connections would show.
// See tally_test.go.
//
//	go test ./internal/dependability -run 'TestAtMostOneSMS$' -count 1 -v -timeout 20m \
//	    -sequences 100000
//
// [TestRotationUnderLoad]: while 16 callers send, the key is changed 40 times and the old one
// disabled at the same moment. No send fails, none is doubled, and SSM is asked once for each
// change. The same holds for the callers' token.
//
// [TestSSMAway]: with a key held, sends go on while SSM is down, in whichever way, and the log
// says so once. Without a key callers are told to come again, and the first one who does when SSM
// is back is served.
//
// [TestFreezeAndThaw]: the process is stopped 50 times, as the platform does between events, and
// its connection ends meanwhile: by the server's idle timeout, with FIN or with RST, over HTTP and
// TLS. Each send afterwards works, once.
//
// [TestNothingSecretIsEverPrinted]: neither output nor answers hold a code, a number, a token, a
// key or a body, over all events of testdata, hostile ones, every fault with secrets in every text
// that a server can choose, and broken settings.
//
// [TestSignedCallers]: of requests that Supabase and ZITADEL sign each becomes one message, of 400
// forgeries none does, and SSM is hardly asked.
//
// [TestRedisSeesNothingSecret]: a recorder before Redis sees neither, over the same events.
//
// [TestOneSMSForOneKey]: what eight callers ask for at once with one Idempotency-Key, in four
// instances, becomes one message at most, whatever Tencent answers.
//
// [TestLimitsHoldOverAllInstances]: several processes at once send N messages to a number and not
// one more. [TestFreezeAndThaw_limits]: Redis ends its connections while the process is stopped,
// and the next send is counted.
//
// [TestMemoryStaysBounded]: the peak memory of the process under the largest bodies and answers.
//
// [TestNoGoroutineIsLeft]: nothing of an invocation is left running, whatever it met.
//
//	go test ./internal/dependability -count 1 -v \
//	    -run 'Rotation|Away|Freeze|Nothing|Signed|Limits|Key|Memory|Goroutine'
//
// With -short there are 200 sequences instead of 2,000 and a tenth of the repetitions, and no
// fault lasts until a time budget ends.
package dependability
