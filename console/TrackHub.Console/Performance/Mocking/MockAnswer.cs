using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TrackHub.ConsoleApi.Performance.Mocking;

/// <summary>Metadata of an endpoint: what it answers to <c>mock=true</c>, of the shape it really answers, made up, and without asking or changing anything.</summary>
/// <param name="Make">Makes the answer from the arguments of the call.</param>
internal sealed record MockAnswer(Func<EndpointFilterInvocationContext, IResult> Make);

/// <summary>How endpoints say what they make up.</summary>
internal static class MockAnswerConventions
{
    /// <summary>Answers so to <c>mock=true</c>.</summary>
    public static RouteHandlerBuilder AnswersMock(this RouteHandlerBuilder endpoint, Func<EndpointFilterInvocationContext, IResult> make) =>
        endpoint.WithMetadata(new MockAnswer(make));
}
