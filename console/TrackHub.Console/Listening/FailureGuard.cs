using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrackHub.ConsoleApi.Answering;
using TrackHub.Platform.Streams;

namespace TrackHub.ConsoleApi.Listening;

/// <summary>Turns what endpoints throw into answers that say nothing of what is inside.</summary>
internal static partial class FailureGuard
{
    // The framework's words name the parameter or the place in the JSON, and may quote the value: ours do not.
    private static readonly Problem Unreadable = Problems.Malformed("A parameter or the body is not what this address takes; see /openapi/v1.json.");

    /// <summary>Catches what comes out of everything behind it.</summary>
    public static void UseFailureGuard(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("TrackHub.Console");
        app.Use((context, next) => GuardAsync(context, next, logger));
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The outermost frame of a request: whatever is thrown is logged and answered 500.")]
    private static async Task GuardAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && Unsaid(context.Response.StatusCode) is { } problem)
                await problem.ExecuteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception failure)
        {
            var answer = AnswerTo(failure);
            if (answer == Problems.Internal)
                Log.Failed(logger, context.GetEndpoint()?.DisplayName, failure);
            if (context.Response.HasStarted)
                context.Abort();   // a half answer must not look like a whole one
            else
                await answer.ExecuteAsync(context);
        }
    }

    // What routing and the reading of bodies say by a status alone.
    private static Problem? Unsaid(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Unreadable,
        StatusCodes.Status404NotFound => Problems.NotFound,
        StatusCodes.Status405MethodNotAllowed => Problems.Method,
        StatusCodes.Status413PayloadTooLarge => Problems.TooLarge,
        StatusCodes.Status415UnsupportedMediaType => Problems.ContentType,
        _ => null,
    };

    private static Problem AnswerTo(Exception failure) => failure switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.TooLarge,
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => Problems.ContentType,
        BadHttpRequestException => Unreadable,
        _ when Dependencies.AbsenceOf(failure) is { Dependency: "postgres" } => Problems.DatabaseUnavailable,
        _ => Problems.Internal,
    };

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Error, "{Endpoint} failed")]
        public static partial void Failed(ILogger logger, string? endpoint, Exception failure);
    }
}
