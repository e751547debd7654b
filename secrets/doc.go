// Package secrets holds the AccessKey of a function and what its callers prove themselves with:
// both are fetched from Secrets Manager (SSM), cached, and replaced when they rotate.
//
// What the rest of the function may rely on:
//   - A secret that was fetched once stays usable while SSM is away: a failed refresh keeps the old
//     one and backs off.
//   - However many callers ask at once, SSM is asked once. A caller who gives up doesn't end the
//     fetch for the others.
//   - A key that Tencent rejected is replaced at once, but only if it is still the one held: the
//     rejection of an old key never drops a newer one.
//   - While none is held, a fetch that fails for a passing reason asks again: up to four times in
//     all, within SSM's share of the invocation's time. The times are random, so that instances
//     that start together don't ask together again.
//   - A token that was added to the secret is let in at once. It takes up to 5 s on an instance
//     that has just begun, and up to a minute while unknown tokens keep coming and no known one.
//     Keys of signatures are no different: a token here is whatever proves a caller.
//   - Nothing polls: the platform may freeze the process between any two events. A fetch may
//     outlive the invocation that started it.
//   - No error, log line or formatted value holds a part of the secret.
//
// What happens to the cached secret:
//
//	event                 none is held                    one is held
//
//	call                  starts a fetch, waits for it    fresh: gets it
//	                      for SSM's share of its time     stale: starts a fetch, waits up to 1 s,
//	                                                      and gets the old one if that takes longer
//	call while fetching   waits, too; if it can wait      gets the one held at once
//	                      longer, so does the fetch
//	request failed        the fetch asks again at a       the fetch has failed
//	                      random time, up to three times
//	request refused       the fetch has failed            the fetch has failed
//	for good
//	fetch succeeded       its secret is held, fresh       its secret replaces the one held
//	fetch failed          the callers get the error; one  kept; stale when the next try is due
//	                      who joined during its last
//	                      request, or a refusal, starts
//	                      the next fetch
//	TTL over                                              stale
//	key rejected                                          dropped; a fetch under way is obsolete
//	unknown token                                         joins a fetch or starts one, and waits up
//	                                                      to 1 s; none is started within the pause
//	                                                      after one, which doubles from 5 s to 60 s
//	                                                      until a known token comes, nor within it
//	                                                      after a fetch while none was held
//	fetch frozen          obsolete                        obsolete
//	obsolete fetch ended  it asks no more; its callers    its callers get the one held
//	                      get its secret, or join the
//	                      next fetch
//
// The generation of the cache goes up when a fetch starts and when one becomes obsolete. A fetch
// changes what is held only if its generation is still the newest.
package secrets
