classdef ResultCache < handle
    %RESULTCACHE   Results of a model that are kept because fits ask for the same q-points again and again.
    %   What is kept is not scaled, so that fits of scale factors find it. The entry that was not used for the longest
    %   time makes room for a new one.
    properties
        limit  % bytes; 0: nothing is kept
    end
    properties (SetAccess = private)
        hits = 0
        bytes = 0
    end
    properties (Access = private)
        entries = {}  % structs with plan, points, sample, evaluation, bytes; the one used last comes last
    end
    methods

        function self = ResultCache(limit)
            self.limit = limit;
        end

        function evaluation = find(self, plan, points)
            %FIND   The evaluation for the same PLAN (anything isequaln compares) and POINTS (cell of columns), or [].
            evaluation = [];
            if isempty(self.entries)
                return
            end
            sample = euphonic.internal.job.sample_of(points);
            for i = numel(self.entries):-1:1
                entry = self.entries{i};
                if isequal(entry.sample, sample) && isequaln(entry.plan, plan) && isequal(entry.points, points)
                    evaluation = entry.evaluation;
                    self.hits = self.hits + 1;
                    self.entries = [self.entries([1:i - 1, i + 1:end]), {entry}];
                    return
                end
            end
        end

        function keep(self, plan, points, evaluation)
            %KEEP   Remember an evaluation, unless it alone is over the limit.
            %   EVALUATION: a struct of arrays, and of cells of equally long ones.
            needed = bytes_of(points);
            for part = struct2cell(evaluation).'
                needed = needed + bytes_of(part{1});
            end
            if needed > self.limit
                return
            end
            self.shrink_to(self.limit - needed);
            sample = euphonic.internal.job.sample_of(points);
            self.entries{end + 1} = struct('plan', plan, 'points', {points}, 'sample', sample, ...
                'evaluation', evaluation, 'bytes', needed);
            self.bytes = self.bytes + needed;
        end

        function clear(self)
            %CLEAR   Forget everything.
            self.entries = {};
            self.bytes = 0;
        end

        function set.limit(self, bytes)
            self.limit = bytes;
            self.shrink_to(bytes);
        end

    end
    methods (Access = private)

        function shrink_to(self, bytes)
            while self.bytes > bytes
                self.bytes = self.bytes - self.entries{1}.bytes;
                self.entries(1) = [];
            end
        end

    end
end

function n = bytes_of(value)
    % of an array, or of a cell of equally long ones
    n = 8 * numel(value);
    if iscell(value) && n > 0
        n = n * numel(value{1});
    end
end
