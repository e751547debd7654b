package cloudsim

import "encoding/json"

// topicLocked returns the topic that a request is about, once others may know it.
func (c *Cloud) topicLocked(q *call, id string) (*Topic, *apiError) {
	t := c.account.Logs.topic(id)
	if t == nil || !usable(q, t.Made, c.account.Lags.Topic) {
		return nil, refuse("ResourceNotFound.TopicNotExist")
	}
	return t, nil
}

// indexLocked describes an index. Fields come back with an alias that nobody gave them.
func (c *Cloud) indexLocked(q *call) (any, *apiError) {
	t, err := c.topicLocked(q, q.params.get("TopicId"))
	switch {
	case err != nil:
		return nil, err
	case t.Index == nil:
		return nil, refuse("ResourceNotFound.IndexNotExist")
	}
	var rule map[string]any
	json.Unmarshal(encode(t.Index.Rule), &rule)
	keys, _ := rule["KeyValue"].(map[string]any)
	list, _ := keys["KeyValues"].([]any)
	for _, one := range list {
		if key, ok := one.(map[string]any); ok {
			if value, ok := key["Value"].(map[string]any); ok && value["Alias"] == nil {
				value["Alias"] = ""
			}
		}
	}
	for _, name := range []string{"FullText", "KeyValue", "Tag"} {
		if _, has := rule[name]; !has {
			rule[name] = nil
		}
	}
	rule["DynamicIndex"] = map[string]any{"Status": false}
	return map[string]any{"TopicId": t.ID, "Status": t.Index.Status, "Rule": rule,
		"ModifyTime": day(q.now), "IncludeInternalFields": false, "MetadataFlag": 0,
		"CoverageField": "", "RequestId": q.id()}, nil
}

// newIndex checks the index of a request. Which code says what of a field isn't documented.
func newIndex(p params) (*Index, *apiError) {
	var sent struct {
		KeyValue struct {
			KeyValues []struct {
				Key   string
				Value struct {
					Type, Tokenizer string
					ContainZH       bool
				}
			}
		}
	}
	index := &Index{Status: p.get("Status") != "false", Rule: map[string]any{}}
	json.Unmarshal([]byte(p.get("Rule")), &sent)
	json.Unmarshal([]byte(p.get("Rule")), &index.Rule)
	if len(sent.KeyValue.KeyValues) > 300 {
		return nil, refuse("LimitExceeded.IndexKeyOverLimit")
	}
	seen := map[string]bool{}
	for _, key := range sent.KeyValue.KeyValues {
		v := key.Value
		plain := v.Tokenizer == "" && !v.ContainZH
		known := v.Type == "text" || (v.Type == "long" || v.Type == "double") && plain
		if !indexKey.MatchString(key.Key) || seen[key.Key] || !known {
			return nil, refuse("InvalidParameter")
		}
		seen[key.Key] = true
	}
	return index, nil
}

func (c *Cloud) createIndexLocked(q *call) (any, *apiError) {
	return c.changeIndexLocked(q, "InvalidParameter.IndexConflict", func(t *Topic) bool {
		return t.Index == nil
	})
}

func (c *Cloud) modifyIndexLocked(q *call) (any, *apiError) {
	return c.changeIndexLocked(q, "ResourceNotFound.IndexNotExist", func(t *Topic) bool {
		return t.Index != nil
	})
}

// changeIndexLocked gives a topic an index, unless refusal says why not. A topic that SCF made
// keeps the one that it has (https://cloud.tencent.com/document/product/583/18032); with which code
// isn't documented.
func (c *Cloud) changeIndexLocked(
	q *call, refusal string, fits func(*Topic) bool,
) (any, *apiError) {
	t, err := c.topicLocked(q, q.params.get("TopicId"))
	if err != nil {
		return nil, err
	}
	index, err := newIndex(q.params)
	switch {
	case err != nil:
		return nil, err
	case t.Service != "":
		return nil, refuse("OperationDenied")
	case q.now.Before(t.busyUntil):
		return nil, refuse("LimitExceeded.IndexOperating")
	case !fits(t):
		return nil, refuse(refusal)
	}
	t.Index, t.busyUntil = index, q.now.Add(c.account.Lags.Index)
	return done(q)
}
