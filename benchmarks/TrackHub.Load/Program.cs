using TrackHub.Load;
using TrackHub.Load.Floors;

return args is [FloorProgram.Verb, var floor, .. var arguments] ? await FloorProgram.RunAsync(floor, arguments) : await LoadProgram.RunAsync(args);
