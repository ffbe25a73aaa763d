// Package asset wires the module of assets and their shares into an application.
// See its README, and package keeper for what it does.
package asset
