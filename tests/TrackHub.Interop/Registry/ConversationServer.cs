using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TrackHub.Interop.Registry;

/// <summary>One request as it must come and the answer it gets.</summary>
/// <param name="Request">line, headers and, with one, a JSON body.</param>
/// <param name="Answer">status, headers and body; <c>never</c> for one that is not sent.</param>
internal sealed record RecordedExchange(JsonObject Request, JsonObject Answer);

/// <summary>
/// Plays a recorded conversation over real HTTP: each request is compared with the recording, in order, and gets the answer recorded. A request
/// that differs gets 599 and is told by <see cref="ShouldBeOver"/>.
/// </summary>
internal sealed class ConversationServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<RecordedExchange> _left;
    private readonly ConcurrentQueue<string> _faults = new();

    private ConversationServer(WebApplication app, IEnumerable<RecordedExchange> exchanges) => (_app, _left) = (app, new(exchanges));

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Starts to play <c>Conversations/{name}.json</c>.</summary>
    public static async Task<ConversationServer> PlayAsync(string name)
    {
        var recording = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Registry", "Conversations", name + ".json")))!;
        ((string?)recording["source"]).ShouldNotBeNullOrEmpty();
        var exchanges = recording["exchanges"]!.AsArray().Select(static e => new RecordedExchange(e!["request"]!.AsObject(), e["answer"]!.AsObject()));

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        var server = new ConversationServer(builder.Build(), exchanges);
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Every request came as recorded, and none is left.</summary>
    public void ShouldBeOver()
    {
        _faults.ShouldBeEmpty();
        _left.Select(static exchange => (string)exchange.Request["line"]!).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        // At once: a conversation may hold a request that is never answered.
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!_left.TryDequeue(out var exchange))
        {
            Fault(context, "no request is left");
            return;
        }

        var line = $"{context.Request.Method} {context.Request.Path}";
        if (line != (string)exchange.Request["line"]!)
            Fault(context, $"not {exchange.Request["line"]}");
        foreach (var (name, value) in exchange.Request["headers"]!.AsObject())
        {
            if (context.Request.Headers[name] != (string)value!)
                Fault(context, $"{name} is '{context.Request.Headers[name]}'");
        }

        var body = context.Request.ContentLength is 0 or null && context.Request.ContentType is null
            ? null
            : await JsonNode.ParseAsync(context.Request.Body, documentOptions: new JsonDocumentOptions(), cancellationToken: context.RequestAborted);
        if (!JsonNode.DeepEquals(body, exchange.Request["body"]))
            Fault(context, $"body is {body}");
        if (context.Response.StatusCode == 599)
            return;

        if ((bool?)exchange.Answer["never"] == true)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return;
        }

        context.Response.StatusCode = (int)exchange.Answer["status"]!;
        foreach (var (name, value) in exchange.Answer["headers"]!.AsObject())
            context.Response.Headers[name] = (string)value!;
        if (exchange.Answer["body"] is { } answer)
            await context.Response.WriteAsync(answer.ToJsonString());
    }

    private void Fault(HttpContext context, string fault)
    {
        context.Response.StatusCode = 599;
        _faults.Enqueue($"{context.Request.Method} {context.Request.Path}: {fault}");
    }
}
