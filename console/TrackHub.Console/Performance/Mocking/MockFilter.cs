using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using TrackHub.ConsoleApi.Answering;

namespace TrackHub.ConsoleApi.Performance.Mocking;

/// <summary>
/// Stands before every endpoint of the performance API and behind the guard that says who may call: <c>mock=true</c> is answered by the endpoint's
/// <see cref="MockAnswer"/>, where that is allowed, and goes no further.
/// </summary>
internal sealed class MockFilter(IOptions<PerformanceOptions> options, IHostEnvironment environment) : IEndpointFilter
{
    /// <summary>The parameter.</summary>
    public const string Parameter = "mock";

    /// <summary>Made-up data is not for this system.</summary>
    public static readonly Problem NotAllowed = new(
        StatusCodes.Status403Forbidden, "mock_not_allowed", "mock=true is off in production. Leave it out, or set Performance:AllowMock on a system without real users.");

    private static readonly Problem Unreadable = Problems.Malformed("mock is neither true nor false: give one of them, or leave it out.");

    private readonly bool _allowed = options.Value.AllowMock ?? !environment.IsProduction();

    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var asked = context.HttpContext.Request.Query[Parameter];
        return asked.Count == 0 || asked == "false" ? next(context) : ValueTask.FromResult<object?>(asked == "true" ? Make(context) : Unreadable);
    }

    /// <summary>Adds the parameter to an endpoint's description.</summary>
    public static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancelled)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Parameter,
            In = ParameterLocation.Query,
            Description = "true: made-up data of the same shape, nothing is looked up or changed. Off in production unless it is allowed.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Boolean },
        });
        return Task.CompletedTask;
    }

    private IResult Make(EndpointFilterInvocationContext context) =>
        _allowed ? context.HttpContext.GetEndpoint()!.Metadata.GetRequiredMetadata<MockAnswer>().Make(context) : NotAllowed;
}
