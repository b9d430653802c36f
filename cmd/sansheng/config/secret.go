package config

import (
	"net/url"
	"slices"
	"strings"

	"sansheng/cti"
)

// Kept stands in an exported document for a secret within a value: as it is now.
const Kept = "KEPT"

// secrets are the values that may hold one: each with its place, and with what it is as it may
// be shown.
func (c *Config) secrets(look func(at string, value *string, hide func(string) string)) {
	for i := range c.Asterisk.Environ {
		look("asterisk.environ", &c.Asterisk.Environ[i], hideVariable)
	}
	look("nats.url", &c.NATS.URL, hideLinks)
	look("alarms.webhook", &c.Alarms.Webhook, hideHook)
	for i := range c.Witness.URLs {
		look("witness.urls", &c.Witness.URLs[i], hideHook)
	}
	for i, w := range c.Webhooks {
		look("webhooks["+w.Name+"].url", &c.Webhooks[i].URL, hideHook)
	}
}

// hidden is a copy of a configuration with Kept in the place of secrets.
func (c *Config) hidden() *Config {
	h := *c
	h.Asterisk.Environ, h.Witness.URLs, h.Webhooks = slices.Clone(c.Asterisk.Environ), slices.Clone(c.Witness.URLs), slices.Clone(c.Webhooks)
	h.secrets(func(_ string, value *string, hide func(string) string) { *value = hide(*value) })
	return &h
}

// hideVariable hides what a variable of the environment is.
func hideVariable(variable string) string {
	name, _, _ := strings.Cut(variable, "=")
	return name + "=" + Kept
}

// hideLinks hides what stands before the hosts of addresses with commas between.
func hideLinks(links string) string {
	all := strings.Split(links, ",")
	for i, link := range all {
		scheme, rest, ok := strings.Cut(link, "://")
		if _, host, secret := strings.Cut(rest, "@"); ok && secret {
			all[i] = scheme + "://" + Kept + "@" + host
		}
	}
	return strings.Join(all, ",")
}

// hideHook hides all but the host of an address to which alarms are posted: the secret
// may be anywhere in it.
func hideHook(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.User == nil && u.RawQuery == "" && strings.Trim(u.Path, "/") == "" {
		return link
	}
	return u.Scheme + "://" + u.Host + "/" + Kept
}

// Lacking are the places where Kept stands for a secret, of which only a service that runs
// knows what it is.
func (c *Config) Lacking() []string {
	var places []string
	c.secrets(func(at string, value *string, _ func(string) string) {
		v := *value
		lacks := strings.HasSuffix(v, "="+Kept) || strings.HasSuffix(v, "/"+Kept) || strings.Contains(v, "//"+Kept+"@")
		if lacks && !slices.Contains(places, at) {
			places = append(places, at)
		}
	})
	return places
}

// Restore puts the secrets of the configuration that runs where a document has kept them.
func (c *Config) Restore(running *Config) {
	hidden := running.hidden()
	if c.NATS.URL == hidden.NATS.URL {
		c.NATS.URL = running.NATS.URL
	}
	if c.Alarms.Webhook == hidden.Alarms.Webhook {
		c.Alarms.Webhook = running.Alarms.Webhook
	}
	if slices.Equal(c.Witness.URLs, hidden.Witness.URLs) {
		c.Witness.URLs = running.Witness.URLs
	}
	for i, w := range c.Webhooks {
		k := slices.IndexFunc(hidden.Webhooks, func(r Webhook) bool { return r.Name == w.Name && r.URL == w.URL })
		if k >= 0 {
			c.Webhooks[i].URL = running.Webhooks[k].URL
		}
	}
	if slices.Equal(c.Asterisk.Environ, hidden.Asterisk.Environ) {
		c.Asterisk.Environ = running.Asterisk.Environ
	}
}

// Of is the configuration as an operator of one company may see it: without the callers'
// numbers that other companies' rules name.
func (c *Config) Of(company cti.CompanyID) *Config {
	o := *c
	o.Hotline = withRules(c.Hotline, func(co cti.Company) cti.Company {
		if co.ID != company {
			co.VIPs, co.Refused = nil, nil
		}
		return co
	})
	return &o
}

// RestoreOf puts back what Of leaves out.
func (c *Config) RestoreOf(company cti.CompanyID, running *Config) {
	c.Hotline = withRules(c.Hotline, func(co cti.Company) cti.Company {
		for _, r := range running.Hotline.Companies {
			if r.ID == co.ID && co.ID != company {
				co.VIPs, co.Refused = r.VIPs, r.Refused
			}
		}
		return co
	})
}

func withRules(p *cti.Plan, of func(cti.Company) cti.Company) *cti.Plan {
	o := *p
	o.Companies = nil
	for _, co := range p.Companies {
		o.Companies = append(o.Companies, of(co))
	}
	return &o
}
