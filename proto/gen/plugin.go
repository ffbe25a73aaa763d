package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// plugin is a generator that speaks the protocol of protoc's plugins.
type plugin struct {
	tool      string // a tool line of go.mod
	parameter string
}

// plugins write the messages and services, and the REST gateway.
var plugins = []plugin{
	{"protoc-gen-gocosmos", "plugins=grpc,Mgoogle/protobuf/any.proto=github.com/cosmos/gogoproto/types/any"},
	{"protoc-gen-grpc-gateway", "logtostderr=true,allow_colon_final_segments=true"},
}

// output is a generated file: its path from the repository's root, and its bytes.
type output struct {
	path    string
	content []byte
}

// run asks p for the code of files, whose descriptors are among descriptors.
// modulePath is cut from the names that come back.
func (p plugin) run(modulePath string, files []string, descriptors []*descriptorpb.FileDescriptorProto) ([]output, error) {
	request, err := proto.MarshalOptions{Deterministic: true}.Marshal(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: files,
		Parameter:      proto.String(p.parameter),
		ProtoFile:      descriptors,
	})
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	cmd := exec.Command("go", "tool", p.tool)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(request), os.Stderr
	answer, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", p.tool, err)
	}
	return p.outputs(modulePath, answer)
}

// outputs decodes a plugin's answer.
func (p plugin) outputs(modulePath string, answer []byte) ([]output, error) {
	var response pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(answer, &response); err != nil {
		return nil, fmt.Errorf("decode answer of %s: %w", p.tool, err)
	}
	if response.GetError() != "" {
		return nil, fmt.Errorf("run %s: %w", p.tool, errors.New(response.GetError()))
	}
	var out []output
	for _, f := range response.File {
		path, ours := strings.CutPrefix(f.GetName(), modulePath+"/")
		if !ours || strings.Contains(path, "..") {
			return nil, fmt.Errorf("run %s: %q lies outside of module %s", p.tool, f.GetName(), modulePath)
		}
		out = append(out, output{path, []byte(f.GetContent())})
	}
	return out, nil
}
