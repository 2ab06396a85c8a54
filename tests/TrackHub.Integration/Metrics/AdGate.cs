using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace TrackHub.Integration.Metrics;

/// <summary>What several processes ask the platforms, in the order it arrived.</summary>
internal sealed class AdQuestions
{
    private readonly ConcurrentQueue<(string Process, string Path, DateTimeOffset At)> _all = new();
    private string _heldPath = "";

    /// <summary>The process whose question is held; null: none is.</summary>
    public string? Holder { get; private set; }

    /// <summary>Questions whose path holds an account, in order.</summary>
    public IReadOnlyList<(string Process, string Path, DateTimeOffset At)> Of(string account) => [.. _all.Where(asked => asked.Path.Contains($"/{account}", StringComparison.Ordinal))];

    /// <summary>Holds the next question for figures of an account, for good.</summary>
    public void HoldNext(string account) => Volatile.Write(ref _heldPath, $"/{account}/insights");

    /// <summary>Notes a question, and waits with it if it is to be held.</summary>
    public async Task TakeAsync(string process, string path, CancellationToken gone)
    {
        _all.Enqueue((process, path, TimeProvider.System.GetUtcNow()));
        var held = Volatile.Read(ref _heldPath);
        if (held.Length == 0 || !path.EndsWith(held, StringComparison.Ordinal) || Interlocked.CompareExchange(ref _heldPath, "", held) != held)
            return;

        Holder = process;
        await Task.Delay(Timeout.InfiniteTimeSpan, gone);
    }
}

/// <summary>Stands between one process and the simulator, and hands on what is asked with GET.</summary>
internal sealed class AdGate : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _sim;

    private AdGate(WebApplication app, HttpClient sim) => (_app, _sim) = (app, sim);

    /// <summary>Where the process asks.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>Starts one on a free port.</summary>
    public static async Task<AdGate> StartAsync(string process, Uri simulator, AdQuestions questions)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var sim = new HttpClient { BaseAddress = simulator, Timeout = TimeSpan.FromSeconds(60) };
        app.Run(async context =>
        {
            await questions.TakeAsync(process, context.Request.Path, context.RequestAborted);
            using var request = new HttpRequestMessage(HttpMethod.Get, context.Request.Path + context.Request.QueryString.Value);
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(context.Request.Headers.Authorization.ToString());
            using var answer = await sim.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
        await app.StartAsync();
        return new(app, sim);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _sim.Dispose();
    }
}
