using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Recording;

namespace TrackHub.Integration.Dispatch;

/// <summary>Claims and results of one process on a real database, without a log.</summary>
public abstract class RegistryTest(DispatchWorld world) : IClassFixture<DispatchWorld>, IDisposable
{
    private readonly IHost _host = world.NewHost(static builder => builder.AddDispatch());

    private protected DispatchWorld World => world;

    private protected IServiceProvider Services => _host.Services;

    private protected RegistryClaims Claims => Services.GetRequiredService<RegistryClaims>();

    private protected RegistryResults Results => Services.GetRequiredService<RegistryResults>();

    public void Dispose()
    {
        _host.Dispose();
        GC.SuppressFinalize(this);
    }
}
