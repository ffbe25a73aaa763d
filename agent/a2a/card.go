package a2a

import (
	"context"
	"encoding/json"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2acompat/a2av0"
	"github.com/a2aproject/a2a-go/v2/a2asrv"
)

// x402Extension names the extension by which guests pay.
const x402Extension = "https://github.com/google-a2a/a2a-x402/v0.1"

// bothCards tells the card in the words of both versions. What the SDK makes of it names
// security schemes as neither does, so version 1.0's name is put beside.
type bothCards struct {
	a2asrv.AgentCardProducer
}

// CardJSON implements a2asrv.AgentCardJSONProducer.
func (b bothCards) CardJSON(ctx context.Context) ([]byte, error) {
	card, err := b.Card(ctx)
	if err != nil {
		return nil, err
	}
	both, ok := a2av0.NewStaticAgentCardProducer(card).(a2asrv.AgentCardJSONProducer)
	if !ok {
		return json.Marshal(card)
	}
	text, err := both.CardJSON(ctx)
	if err != nil {
		return nil, err
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	schemes, _ := fields["securitySchemes"].(map[string]any)
	for _, one := range schemes {
		if scheme, ok := one.(map[string]any); ok && scheme["http"] != nil {
			scheme["httpAuthSecurityScheme"] = scheme["http"]
			delete(scheme, "http")
		}
	}
	return json.MarshalIndent(fields, "", "  ")
}

// card is the agent's card.
func (s *Server) card() *a2a.AgentCard {
	text := []string{"text/plain", "application/json"}
	c := &a2a.AgentCard{
		Name: s.cfg.Name, Description: s.cfg.Description, Version: s.cfg.Version, DocumentationURL: s.cfg.Documentation,
		SupportedInterfaces: []*a2a.AgentInterface{
			a2a.NewAgentInterface(s.cfg.URL+PathTasks, a2a.TransportProtocolJSONRPC),
			{URL: s.cfg.URL + PathTasksV0, ProtocolBinding: a2a.TransportProtocolJSONRPC, ProtocolVersion: a2av0.Version},
		},
		Capabilities:      a2a.AgentCapabilities{Streaming: true},
		DefaultInputModes: text, DefaultOutputModes: text,
		Skills: []a2a.AgentSkill{{
			ID: "ask", Name: "Ask",
			Description: "Answers a question from knowledge that people own, with citations that can be checked against the chain. " +
				"Each answer is paid for; what costs more than is paid without asking is shown first, as a task that requires input.",
			Tags:     []string{"questions", "retrieval", "citations", "paid"},
			Examples: []string{"What is exposure?", `{"question": "What is exposure?", "max_cost": "0.02 WEAL"}`},
		}},
	}
	if s.cfg.Keyed != nil {
		c.SecuritySchemes = a2a.NamedSecuritySchemes{"key": a2a.HTTPAuthSecurityScheme{
			Scheme: "Bearer", Description: "an API key of the gateway behind this agent",
		}}
		c.SecurityRequirements = a2a.SecurityRequirementsOptions{{"key": {}}}
		if s.cfg.Own != nil {
			c.SecurityRequirements = append(c.SecurityRequirements, a2a.SecurityRequirements{})
		}
	}
	if s.cfg.Own != nil && s.cfg.OwnName == "" {
		c.Capabilities.Extensions = []a2a.AgentExtension{{
			URI: x402Extension, Description: "Callers without an API key pay for each answer by x402.",
		}}
	}
	return c
}
