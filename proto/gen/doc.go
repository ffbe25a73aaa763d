// Command gen writes the Go code of the messages in proto/weal.
//
//	go run ./proto/gen          writes x/*/types/*.pb.go and *.pb.gw.go
//	go run ./proto/gen -check   fails if one of them is not what it would write
//
// What always holds:
//   - It needs no network, no protoc and no buf: imports come from the modules
//     that go.mod pins, and the generators are go.mod's tools. The same commit
//     gives the same bytes everywhere.
//   - It writes only files that a generator returned, each into the package that
//     the go_package option of its .proto names, and removes only *.pb*.go files
//     beside them that no .proto stands behind any more.
//
// The way through it: imports.go finds the .proto files, compile.go makes
// descriptors of them, plugin.go runs a generator over the descriptors, main.go
// writes or compares.
package main
