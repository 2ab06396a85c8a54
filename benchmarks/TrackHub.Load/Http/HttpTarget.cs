using System.Net;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Http;

/// <summary>POSTs to one address over a fixed number of HTTP/1.1 connections; what finds them busy waits in line, and the wait counts.</summary>
/// <param name="address">Base address.</param>
/// <param name="requests">Makes the requests.</param>
/// <param name="connections">Connections.</param>
internal sealed class HttpTarget(Uri address, IRequestMaker requests, int connections) : ILoadTarget
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });

    /// <inheritdoc/>
    public int Depth => 1;

    /// <inheritdoc/>
    public async Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        try
        {
            using var request = requests.Make(address, number);
            using var response = await _http.SendAsync(request, cancellationToken);
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
            return response.IsSuccessStatusCode ? null : $"http_{(int)response.StatusCode}";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? "not_connected" : "connection_broken";
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Makes the requests of a scenario. Thread-safe.</summary>
internal interface IRequestMaker
{
    /// <summary>The request of that number: equal numbers make equal requests.</summary>
    HttpRequestMessage Make(Uri address, long number);
}
