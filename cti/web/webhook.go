package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"sansheng/store"
)

// WebhookKeeper shows who is told of facts, and has them told again.
type WebhookKeeper interface {
	Webhooks(context.Context) ([]store.WebhookStanding, error)
	Deliveries(context.Context, store.DeliveryFilter) ([]store.Delivery, error)
	// RetryDeliveries answers how many are tried again.
	RetryDeliveries(ctx context.Context, webhook, id string) (int, error)
	// TestWebhook's error Is store.ErrNoWebhook where there is none of that name.
	TestWebhook(ctx context.Context, webhook, by string) (store.Delivery, error)
}

// nobodysWebhooks are those where no store runs.
type nobodysWebhooks struct{}

func (nobodysWebhooks) Webhooks(context.Context) ([]store.WebhookStanding, error) {
	return nil, errNoStore
}
func (nobodysWebhooks) Deliveries(context.Context, store.DeliveryFilter) ([]store.Delivery, error) {
	return nil, errNoStore
}
func (nobodysWebhooks) RetryDeliveries(context.Context, string, string) (int, error) {
	return 0, errNoStore
}
func (nobodysWebhooks) TestWebhook(context.Context, string, string) (store.Delivery, error) {
	return store.Delivery{}, errNoStore
}

// Webhooks is how each webhook does.
type Webhooks struct {
	Webhooks []store.WebhookStanding `json:"webhooks" nullable:"false"`
}

type webhooksOutput struct {
	Body Webhooks
}

type deliveriesInput struct {
	ID      string `query:"id" format:"uuid" doc:"Only this one: the webhook-id of what is posted."`
	Webhook string `query:"webhook" maxLength:"32" doc:"Only this webhook's."`
	State   string `query:"state" enum:"waiting,delivered,failed,dropped" doc:"Only those in this state; failed is what was given up after a day."`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many at most: the newest."`
	CompanyFilter
}

// Deliveries are facts that webhooks are told, newest last.
type Deliveries struct {
	Deliveries []store.Delivery `json:"deliveries" nullable:"false"`
}

type deliveriesOutput struct {
	Body Deliveries
}

// WebhookName is in the path of who drives a webhook.
type WebhookName struct {
	Name string `path:"name" pattern:"^[a-z0-9_-]{1,32}$" patternDescription:"1 to 32 of a-z 0-9 _ -" doc:"The webhook's name."`
}

type retryDeliveriesInput struct {
	WebhookName
	ID string `query:"id" format:"uuid" doc:"Only this delivery."`
}

// Retried is how many deliveries are tried again.
type Retried struct {
	Retried int `json:"retried"`
}

type retriedOutput struct {
	Body Retried
}

type deliveryOutput struct {
	Body store.Delivery
}

func (s *Server) registerWebhooks(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "webhooks", Method: http.MethodGet, Path: "/api/v1/webhooks", Tags: []string{"outside"},
		Summary: "How each webhook does.", Security: secured, Errors: readErrors,
	}, s.listWebhooks)
	huma.Register(api, huma.Operation{
		OperationID: "deliveries", Method: http.MethodGet, Path: "/api/v1/deliveries", Tags: []string{"outside"},
		Summary: "List what webhooks are told, without its text.", Security: secured, Errors: readErrors,
	}, s.listDeliveries)
	orderErrors := append([]int{http.StatusNotFound}, readErrors...)
	huma.Register(api, huma.Operation{
		OperationID: "retry-deliveries", Method: http.MethodPost, Path: "/api/v1/webhooks/{name}/retry", Tags: []string{"outside"},
		Summary: "Tell a webhook again, at once, what it has refused.", Security: secured, Errors: orderErrors,
	}, s.retryDeliveries)
	huma.Register(api, huma.Operation{
		OperationID: "test-webhook", Method: http.MethodPost, Path: "/api/v1/webhooks/{name}/test", Tags: []string{"outside"},
		Summary: "Tell a webhook that it is being tested; what comes of it is in the deliveries.", Security: secured, Errors: orderErrors,
	}, s.testWebhook)
}

// reachable are the webhooks of whom a person may know.
func (s *Server) reachable(ctx context.Context) ([]store.WebhookStanding, error) {
	all, err := s.webhooks.Webhooks(ctx)
	if err != nil {
		return nil, s.unread(ctx, "webhooks", err)
	}
	list := []store.WebhookStanding{}
	for _, w := range all {
		if only := personOf(ctx).onlyCompany(); only == "" || string(only) == w.Company {
			list = append(list, w)
		}
	}
	return list, nil
}

func (s *Server) listWebhooks(ctx context.Context, _ *struct{}) (*webhooksOutput, error) {
	list, err := s.reachable(ctx)
	if err != nil {
		return nil, err
	}
	return &webhooksOutput{Body: Webhooks{Webhooks: list}}, nil
}

func (s *Server) listDeliveries(ctx context.Context, in *deliveriesInput) (*deliveriesOutput, error) {
	company, err := companyOf(ctx, in.Company)
	if err != nil {
		return nil, err
	}
	list, err := s.webhooks.Deliveries(ctx, store.DeliveryFilter{
		ID: in.ID, Webhook: in.Webhook, Company: company, State: store.DeliveryState(in.State), Within: personOf(ctx).within(), Limit: in.Limit,
	})
	if err != nil {
		return nil, s.unread(ctx, "deliveries", err)
	}
	return &deliveriesOutput{Body: Deliveries{Deliveries: append([]store.Delivery{}, list...)}}, nil
}

// isReachable answers nil where a person may know of a webhook.
func (s *Server) isReachable(ctx context.Context, name string) error {
	list, err := s.reachable(ctx)
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.Name == name && w.EndedAt == nil {
			return nil
		}
	}
	return newProblem(http.StatusNotFound, notFound, "there is no webhook %s", name)
}

func (s *Server) retryDeliveries(ctx context.Context, in *retryDeliveriesInput) (*retriedOutput, error) {
	if err := s.isReachable(ctx, in.Name); err != nil {
		return nil, err
	}
	n, err := s.webhooks.RetryDeliveries(ctx, in.Name, in.ID)
	s.log.Info("deliveries tried again", zap.String("by", personOf(ctx).Number), zap.String("webhook", in.Name), zap.Int("deliveries", n), zap.Error(err))
	if err != nil {
		return nil, s.unread(ctx, "deliveries", err)
	}
	return &retriedOutput{Body: Retried{Retried: n}}, nil
}

func (s *Server) testWebhook(ctx context.Context, in *WebhookName) (*deliveryOutput, error) {
	if err := s.isReachable(ctx, in.Name); err != nil {
		return nil, err
	}
	by := personOf(ctx).Number
	d, err := s.webhooks.TestWebhook(ctx, in.Name, by)
	s.log.Info("webhook tested", zap.String("by", by), zap.String("webhook", in.Name), zap.Error(err))
	if err != nil {
		return nil, s.unread(ctx, "webhook", err)
	}
	return &deliveryOutput{Body: d}, nil
}
