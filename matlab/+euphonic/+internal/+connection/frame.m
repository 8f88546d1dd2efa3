function description = frame(name, data, shape)
    %FRAME   An array on its way to the daemon.
    %   SHAPE (default: its size) tells vectors and trailing extents of one apart.
    if nargin < 3
        shape = size(data);
    end
    description = struct('name', name, 'data', data, 'shape', double(shape));
end
