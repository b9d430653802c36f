package service

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sansheng/cti"
	"sansheng/cti/web"
	"sansheng/pbx/ari"
)

// agentPhones are the agents' phones as the switch has them. Which one an agent has
// chosen stands there and nowhere else: it outlives the hotline, and whoever leads next
// finds it.
type agentPhones struct{ s *Service }

// Phone implements web.PhoneKeeper.
func (p agentPhones) Phone(ctx context.Context, agent cti.AgentID) (web.Phone, error) {
	if _, err := p.agent(agent); err != nil {
		return web.Phone{}, err
	}
	client, err := p.client()
	if err != nil {
		return web.Phone{}, err
	}
	browser, err := client.AgentWebRTC(ctx, string(agent))
	return web.Phone{Kind: phoneKind(browser)}, err
}

// ChoosePhone implements web.PhoneKeeper. A browser gets a password of its own, so that
// the phone on the desk, which knows the standing one, cannot take its place again.
func (p agentPhones) ChoosePhone(ctx context.Context, agent cti.AgentID, kind web.PhoneKind) (web.Phone, error) {
	a, err := p.agent(agent)
	if err != nil {
		return web.Phone{}, err
	}
	client, err := p.client()
	if err != nil {
		return web.Phone{}, err
	}
	chosen := web.Phone{Kind: kind}
	password := p.s.password(agent)
	if kind == web.BrowserPhone {
		password = rand.Text()
		chosen.User, chosen.Domain, chosen.Password = string(agent), "sansheng", password
	}
	if err := client.PushAgent(ctx, p.s.agentEndpoint(p.s.plan(), a, kind == web.BrowserPhone, password)); err != nil {
		return web.Phone{}, err
	}
	return chosen, nil
}

func (p agentPhones) agent(id cti.AgentID) (cti.Agent, error) {
	agents := p.s.plan().Agents
	i := slices.IndexFunc(agents, func(a cti.Agent) bool { return a.ID == id })
	if i < 0 {
		return cti.Agent{}, fmt.Errorf("agent %s: %w", id, web.ErrNoAgent)
	}
	return agents[i], nil
}

// client speaks to the switch while this process's engine leads.
func (p agentPhones) client() (*ari.Client, error) {
	link, _, err := p.s.leading()
	if err != nil {
		return nil, err
	}
	if link == nil {
		return nil, errStandingBy
	}
	return link.Client(), nil
}

func phoneKind(browser bool) web.PhoneKind {
	if browser {
		return web.BrowserPhone
	}
	return web.DeskPhone
}

// sipSocket is where the switch speaks SIP over WebSocket.
func (s *Service) sipSocket() (*url.URL, error) {
	access, err := s.switchAccess()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(access.URL)
	if err != nil {
		return nil, fmt.Errorf("the switch's address: %w", err)
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/ari") + "/ws"
	u.User = nil
	return u, nil
}
