package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sansheng/cti"
)

// toyPrompts keeps what was asked for.
type toyPrompts struct {
	asked []string
	fail  error
}

func (t *toyPrompts) ask(what string, id PromptID, more ...string) (PromptVersion, error) {
	t.asked = append(t.asked, strings.TrimSpace(fmt.Sprintf("%s %s/%s/%s %s", what, id.Company, id.Language, id.Name, strings.Join(more, " "))))
	return PromptVersion{Version: 3, How: "uploaded"}, t.fail
}

func (t *toyPrompts) Prompts(_ context.Context, company cti.CompanyID) ([]PromptView, error) {
	_, err := t.ask("list", PromptID{Company: company})
	return nil, err
}

func (t *toyPrompts) Prompt(_ context.Context, id PromptID) (PromptView, error) {
	_, err := t.ask("show", id)
	return PromptView{Name: id.Name, Plays: "shipped", Used: []PromptUse{}}, err
}

func (t *toyPrompts) Upload(_ context.Context, id PromptID, by string, sound io.Reader) (PromptVersion, error) {
	n, err := io.Copy(io.Discard, sound)
	if err != nil {
		return PromptVersion{}, fmt.Errorf("receive prompt: %w", err)
	}
	return t.ask("upload", id, by, fmt.Sprint(n))
}

func (t *toyPrompts) Speak(_ context.Context, id PromptID, by, text string) (PromptVersion, error) {
	return t.ask("speak", id, by, text)
}

func (t *toyPrompts) Undo(_ context.Context, id PromptID, by string) (PromptVersion, error) {
	return t.ask("undo", id, by)
}

func (t *toyPrompts) Remove(_ context.Context, id PromptID, by string) (PromptVersion, error) {
	return t.ask("remove", id, by)
}

func (t *toyPrompts) Hear(_ context.Context, id PromptID, phone string, only cti.CompanyID) error {
	_, err := t.ask("hear", id, phone, string(only))
	return err
}

func (t *toyPrompts) Sound(_ context.Context, id PromptID) (io.ReadCloser, error) {
	_, err := t.ask("sound", id)
	return io.NopCloser(strings.NewReader("RIFF")), err
}

// TestPrompts: operators change what their company's callers hear, administrators also
// what everybody's do; leaders and auditors look.
func TestPrompts(t *testing.T) {
	st := newStand(t)
	toy := &toyPrompts{}
	st.prompts = toy
	for _, c := range []struct {
		account, method, path, body string
		fail                        error
		status                      int
		says                        string // by the answer where it is refused, by the keeper else
	}{
		{"3001", "GET", "", "", nil, 200, "list demo//"},
		{"9001", "GET", "", "", nil, 200, "list //"},
		{"2001", "GET", "/closed?language=en", "", nil, 200, "show demo/en/closed"},
		{"5001", "GET", "/digits%2F1?company=demo2", "", nil, 200, "show demo2//digits/1"},
		{"3001", "PUT", "/closed/audio?language=zh", "sound", nil, 200, "upload demo/zh/closed 3001 5"},
		{"9001", "PUT", "/closed/audio", "sound", nil, 200, "upload //closed 9001 5"},
		{"3001", "PUT", "/closed/text", `{"text":"我们休息了"}`, nil, 200, "speak demo//closed 3001 我们休息了"},
		{"3001", "POST", "/closed/undo", "", nil, 200, "undo demo//closed 3001"},
		{"9001", "DELETE", "/closed?company=demo2", "", nil, 200, "remove demo2//closed 9001"},
		{"3001", "POST", "/closed/hear", `{"phone":"1001"}`, nil, 204, "hear demo//closed 1001 demo"},
		{"9001", "POST", "/closed/hear", `{"phone":"1001"}`, nil, 204, "hear //closed 1001"},
		{"2001", "GET", "/closed/sound?language=zh", "", nil, 200, "sound demo/zh/closed"},
		{"4001", "GET", "/closed/sound", "", nil, 403, "may not do this"},
		{"3001", "GET", "/closed/sound", "", &PromptError{409, "the switch alone plays it"}, 409, "the switch alone"},
		{"1001", "GET", "", "", nil, 403, "may not do this"},
		{"2001", "PUT", "/closed/audio", "sound", nil, 403, "allowed: operator, administrator"},
		{"2001", "PUT", "/closed/text", `{"text":"x"}`, nil, 403, "allowed: operator, administrator"},
		{"2001", "POST", "/closed/undo", "", nil, 403, "allowed: operator, administrator"},
		{"5001", "DELETE", "/closed", "", nil, 403, "allowed: operator, administrator"},
		{"2001", "POST", "/closed/hear", `{"phone":"1001"}`, nil, 403, "allowed: operator, administrator"},
		{"3001", "PUT", "/closed/audio?company=demo2", "sound", nil, 403, "company demo2 is not yours"},
		{"3001", "POST", "/closed/undo?company=demo2", "", nil, 403, "company demo2 is not yours"},
		{"3001", "GET", "/closed?language=de", "", nil, 422, "language"},
		{"3001", "PUT", "/closed/text", `{"text":""}`, nil, 422, "text"},
		{"3001", "PUT", "/closed/text", `{"text":"` + strings.Repeat("a", 501) + `"}`, nil, 422, "500"},
		{"3001", "POST", "/closed/hear", `{"phone":"all"}`, nil, 422, "3 to 15 digits"},
		{"3001", "PUT", "/closed/audio", "sound", &PromptError{415, "no audio; allowed: WAV"}, 415, "allowed: WAV"},
		{"3001", "PUT", "/closed/audio", "sound", &PromptError{422, "the file is cut off"}, 422, "bad-sound"},
		{"3001", "DELETE", "/closed", "", &PromptError{409, "it is used: line 800100"}, 409, "line 800100"},
		{"3001", "GET", "/closed", "", &PromptError{404, "there is none"}, 404, "there is none"},
		{"3001", "GET", "/closed", "", errors.New("disk on fire"), 500, "it is in the log"},
	} {
		toy.asked, toy.fail = nil, c.fail
		a := st.change(c.account, c.method, "/api/v1/prompts"+c.path, c.body)
		said := a.text
		if a.StatusCode < 300 {
			said = strings.Join(toy.asked, "; ")
		} else if a.StatusCode == http.StatusForbidden && len(toy.asked) > 0 {
			t.Errorf("%s %s %s: the keeper was asked", c.account, c.method, c.path)
		}
		if a.StatusCode != c.status || !strings.Contains(said, c.says) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", c.account, c.method, c.path, a.StatusCode, said, c.status, c.says)
		}
	}
}

// zeros is a sound of no length that is told.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// TestUploadIsBounded: prompts alone may be large, and not too large, whatever their length
// is said to be.
func TestUploadIsBounded(t *testing.T) {
	st := newStand(t)
	toy := &toyPrompts{}
	st.prompts = toy
	send := func(path string, long int64, body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequest("PUT", path, body)
		r.SetBasicAuth("3001", st.passwords["3001"])
		r.Header.Set("Content-Type", "application/octet-stream")
		r.ContentLength = long
		w := httptest.NewRecorder()
		st.http.Handler.ServeHTTP(w, r)
		return w
	}
	const path = "/api/v1/prompts/closed/audio"
	for name, c := range map[string]struct {
		path   string
		long   int64
		body   io.Reader
		status int
	}{
		"as large as allowed":                   {path, promptMost, io.LimitReader(zeros{}, promptMost), 200},
		"a byte more, of which nothing is told": {path, -1, io.LimitReader(zeros{}, promptMost+1), 413},
		"4 GB":                                  {path, 4 << 30, zeros{}, 413},
		"another address":                       {"/api/v1/prompts/closed/text", maxBody + 1, io.LimitReader(zeros{}, maxBody+1), 413},
	} {
		if w := send(c.path, c.long, c.body); w.Code != c.status || c.status == 413 && !strings.Contains(w.Body.String(), "allowed") && c.path == path {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
