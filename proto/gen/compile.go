package main

import (
	"context"
	"fmt"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// compile parses files, found with their imports below paths, and returns the
// descriptors of all of them, each after what it imports, as plugins want them.
func compile(ctx context.Context, paths, files []string) ([]*descriptorpb.FileDescriptorProto, error) {
	compiler := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: paths}),
		SourceInfoMode: protocompile.SourceInfoStandard, // comments travel into the Go code
	}
	compiled, err := compiler.Compile(ctx, files...)
	if err != nil {
		return nil, fmt.Errorf("compile proto files: %w", err)
	}
	var ordered []*descriptorpb.FileDescriptorProto
	seen := map[string]bool{}
	for _, f := range compiled {
		ordered = visit(f, seen, ordered)
	}
	return ordered, nil
}

// visit appends f to ordered, after all that it imports, unless it was seen.
func visit(f protoreflect.FileDescriptor, seen map[string]bool, ordered []*descriptorpb.FileDescriptorProto) []*descriptorpb.FileDescriptorProto {
	if seen[f.Path()] {
		return ordered
	}
	seen[f.Path()] = true
	for i := range f.Imports().Len() {
		ordered = visit(f.Imports().Get(i).FileDescriptor, seen, ordered)
	}
	return append(ordered, protoutil.ProtoFromFileDescriptor(f))
}
