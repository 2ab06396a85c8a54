using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace TrackHub.Platform.Hosting;

/// <summary>Who a request comes from: the peer of its connection, or whom a trusted proxy in front names in <c>X-Forwarded-For</c>.</summary>
public static class ForwardedClients
{
    private static readonly char[] Separators = [',', ' ', ';'];

    /// <summary>
    /// Lets proxies name their clients. The list is read from its end and each address must be trusted to
    /// be believed about the one before it, so what a client wrote there itself is never reached. Without proxies the header means nothing.
    /// </summary>
    /// <param name="app">Where.</param>
    /// <param name="trustedProxies">Addresses and networks, as <see cref="TryRead"/> takes them.</param>
    /// <param name="where">Which requests it concerns.</param>
    public static void UseForwardedClients(this IApplicationBuilder app, string trustedProxies, Func<HttpContext, bool> where)
    {
        // An empty list must not get as far as the framework: to it, that means everybody.
        if (!TryRead(trustedProxies, out var proxies) || proxies.Count is 0)
            return;

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            forwarded.KnownIPNetworks.Add(proxy);
        app.UseWhen(where, branch => branch.UseForwardedHeaders(forwarded));
    }

    /// <summary>Reads addresses and networks; false if one is none.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out IReadOnlyList<IPNetwork>? networks)
    {
        var read = new List<IPNetwork>();
        networks = null;
        foreach (var part in text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(part, out var network))
                read.Add(network);
            else if (IPAddress.TryParse(part, out var address))
                read.Add(new(address, address.GetAddressBytes().Length * 8));
            else
                return false;
        }

        networks = read;
        return true;
    }
}
