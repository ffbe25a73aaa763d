import { abi, assets, secret, status } from "./chain.mjs";
import { createPublicClient, http, encodeFunctionData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
const pub = createPublicClient({ transport: http(`http://127.0.0.1:${status.ports.json_rpc}`) });
const s = { address: assets, abi: abi("IWealAssets") };
console.log(status.assets);
for (const role of ["vault","model","gateway"]) {
  const a = privateKeyToAccount(secret("owner-"+role));
  const n = await pub.readContract({...s, functionName:"balanceOf", args:[a.address]});
  const first = await pub.readContract({...s, functionName:"tokenOfOwnerByIndex", args:[a.address,0n]});
  console.log(role, n, first, await pub.readContract({...s, functionName:"ownerOf", args:[first]}), await pub.readContract({...s, functionName:"slotOf", args:[first]}), await pub.readContract({...s, functionName:"balanceOf", args:[first]}), await pub.readContract({...s, functionName:"circulating", args:[first]}).catch(e=>e.shortMessage));
  for (const v of [1n, 250000n]) for (const to of ["0xe3ff29678537a9257f51E4ee9F18e8DA5bb842C5", a.address]) {
    const data = encodeFunctionData({...s, functionName:"transferFrom", args:[first, to, v]});
    for (const m of ["eth_call","eth_estimateGas"]) for (const tag of ["latest","pending"]) {
    try { console.log("  ",m,tag,v, to.slice(0,6), await pub.request({method:m, params:[{from:a.address,to:assets,data},tag]})); } catch(e) { console.log("  ",m,tag,v, to.slice(0,6), e.details ?? e.message); } }
  }
}
